/*
 * identity.h - one identity: a search has the same states, hashes and repros in every process.
 *
 *     main ─► gx_identity_main() ─┬─ the kernel may randomise addresses ─► exec of the same program, without
 *                                 └─ it does not, or cannot be told to ─► go on, in the program's own main function
 *
 * Return addresses on stacks, pointers to functions and a plugin's static data are among the bytes of a state. Two processes that put
 * code in different places would call one state by two names. So
 *
 *   - the program is linked at a fixed address (Makefile: -no-pie),
 *   - it starts itself again without address space randomisation, as gdb and rr start what they look at, under a limit of the stack that
 *     leaves the libraries in one place,
 *   - it goes on below the largest environment that there may be, so that its own stack is in one place: compilers leave addresses of it
 *     behind in frames of tasks,
 *   - the word by which libc's functions guard their frames, drawn at random by the kernel, is replaced by a constant: dead copies of it
 *     lie on stacks,
 *   - a plugin is loaded at an address that follows from its contents (module/place.h),
 *   - and whatever a task can keep an address of lies in the world or in static memory, never on the heap or on the caller's stack.
 *
 * What remains is the build: another compiler's program, or another libc, has other states that mean the same.
 *
 * A container may forbid personality() (Docker does by default). Then a hash holds within one process only: repros and numbers of states
 * are as good as ever, but hashes must not be compared with those of another process, and results say so. So they do in programs with
 * AddressSanitizer: what its frames keep beside the code's own depends on what the process did before.
 */
#ifndef GX_CORE_IDENTITY_H
#define GX_CORE_IDENTITY_H

/* Among whom hashes of states may be compared. */
enum gx_identity { GX_IDENTITY_PROCESS, GX_IDENTITY_MACHINE };

/*
 * All that main() does: run `program` in a process, maybe another one, where it finds everything in its place. Before anything is allocated
 * or written.
 */
int gx_identity_main(int argc, char **argv, int (*program)(int argc, char **argv));

/* GX_IDENTITY_PROCESS before gx_identity_main(). */
enum gx_identity gx_identity(void);

#endif
