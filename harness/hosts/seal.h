/*
 * seal.h - a process that can do no more than compute: all system calls but those of the harness itself trap (seccomp, by libseccomp).
 *
 * Gates are other people's code, and exploring runs them a million times: one that forks would fork the search. In a sealed process a call
 * that the harness does not need never reaches the kernel; a task that makes it ends the execution (core/crash.c, GX_L_TASK_SYSCALL), with the
 * number of the call. What is allowed: memory that is no part of the world, writing to standard error, the clock, returning from a signal; and
 * ending the process with gx_seal_exit(), whose status only the harness knows.
 *
 * A seal cannot be taken off, and children have it, too.
 */
#ifndef GX_HOSTS_SEAL_H
#define GX_HOSTS_SEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"

/* Whether this machine lets a process seal itself; false in a build with sanitizers, whose runtimes need more. Asked once, in a child. */
bool gx_seal_is_available(void);

/* Seal the calling process. GX_ESYSTEM: it is not. */
enum gx_status gx_seal(struct gx_error *err) GX_MUST_USE;

/*
 * The same for a process in which a runtime lives that needs more (hosts/tsan.h): it starts no other one, unless `starts_some`, reaches none, and
 * changes no folder. Files can be opened.
 */
enum gx_status gx_seal_from_others(bool starts_some, struct gx_error *err) GX_MUST_USE;

/*
 * Seal a process that is about to load somebody's code, and may do no more: map files, read them, end itself. `out` stays to be written to, and
 * so do standard output and error. On any other call `trap` gets its number, on the stack that made it, and does not return.
 */
enum gx_status gx_seal_loading(int out, void (*trap)(int number), struct gx_error *err) GX_MUST_USE;

/* End the process, sealed or not, without anything else being run. Its status says that it is we who do it: gx_seal_is_our_exit(). */
void gx_seal_exit(void) __attribute__((noreturn));
bool gx_seal_is_our_exit(int status); /* of waitpid() */

/*
 * "fork", "openat", ...; "system call 999" for a number that has no name; of GX_SYSCALL_WITH() what it was asked for, too: "futex (FUTEX_REQUEUE)".
 * Static memory, until the next call.
 */
const char *gx_syscall_name(uint64_t call);

#endif
