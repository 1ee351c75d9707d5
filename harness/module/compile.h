/*
 * compile.h - gates from source: compiled as gatecrash needs them, and kept as long as nothing that they are made of changes.
 *
 *     mygate.c ─► $CC -fsanitize=thread -S ─► mygate.s ─► looked through (assembly.c) ─► mygate.o
 *              ─► $CC -shared ─► gate-HASH.so in the cache, with the list of what it was made of
 *
 * Instrumented when it is compiled, and not when it is linked: so it calls __tsan_read4() and its like, which the program has (access/tsan.c),
 * and does not ask for ThreadSanitizer's own runtime. Not optimised, and without built-in functions: what is tried is what was written, dead code
 * and calls of memcpy() included. Of libstdc++ what is a template of strings or containers is compiled with the gate, and instrumented: that is what
 * -D_GLIBCXX_ASSERTIONS is for, besides its checks, and -Bsymbolic-functions, or the library's own copies would be taken.
 *
 * The cache is $XDG_CACHE_HOME/gatecrash, else ~/.cache/gatecrash; where none can be had, a folder below $TMPDIR that goes with the process.
 * A .so is found by the contents of all files that it was made of, headers included, by the compiler and what it was told. Files come by
 * renaming: two processes that do the same do not meet.
 *
 * Main thread only, before anything is explored.
 */
#ifndef GX_MODULE_COMPILE_H
#define GX_MODULE_COMPILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

/* The text of gatecrash/gate.h, closed by a zero: the compiler is given it from the cache, wherever the program is installed. */
extern const char gx_text_header[];

/* Whether a word names sources of a gate: one file that ends with .c, .cc, .cpp or .cxx, or several, between commas. */
bool gx_is_source(const char *word);

/*
 * Make a plugin of the sources: its path is written to out[size]. What the compiler says goes to standard error. GX_EINPUT: a file is not
 * there, the compiler is not, or it would not.
 */
enum gx_status gx_compile(char *out, size_t size, const char *sources, struct gx_error *err) GX_MUST_USE;

/*
 * `gatecrash cc ARGUMENTS`: the compiler with what a gate needs added, for builds of one's own. `arguments` end with NULL. *status is the
 * compiler's.
 */
enum gx_status gx_compile_as_told(const char *const *arguments, int *status, struct gx_error *err) GX_MUST_USE;

/*
 * The section of an object or a plugin in which stands, a line each, what accesses memory in it and is not instrumented (unwatched.c). Whatever was
 * compiled here has one, if it is an empty line.
 */
#define GX_ASSEMBLY_NOTE ".gatecrash.unwatched"

/* And one in which stands who calls what: "sscanf gate.c:12", the first place of each name. */
#define GX_ASSEMBLY_CALLS ".gatecrash.calls"

/*
 * Look through a file of assembly, and note what inline assembly it has and what it calls, in it. False: errno says why not. *calls_libatomic becomes true if it
 * calls functions that only that library has: those on atomic objects for which the machine has no instruction.
 */
bool gx_assembly_look(const char *path, bool *calls_libatomic);
/* Add lines to the note of a file of assembly. False: errno. */
bool gx_assembly_add(const char *path, const char *lines);
/* An object or a library has such a note. */
bool gx_assembly_is_noted(const char *path);

/* What gx_compile() tells a compiler, between blanks, without the folder of the header; `cxx`: one of C++. */
const char *gx_compile_flags(bool cxx);

#endif
