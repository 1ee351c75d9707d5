/*
 * libc.h - functions of libraries that read and write the program's memory on its behalf: what they touch counts as the caller's accesses.
 *
 * Compilers do not instrument libraries. ThreadSanitizer's runtime puts functions of its own in the place of libc's by their names; here they
 * would be in the way of the harness itself, which calls them all the time. So they have names of their own, and whoever loads an instrumented
 * plugin binds its calls to them (module/redirect.c). Of all others it is said by name that they were not watched (module/unwatched.c).
 *
 * A range counts as a whole, before the function runs: of a string as much as is there.
 */
#ifndef GX_ACCESS_LIBC_H
#define GX_ACCESS_LIBC_H

#include <stdbool.h>

/* What stands in for the function with this name, mangled in C++; NULL: nothing does. Not for tasks: it may look for the library's own. */
void *gx_access_libc(const char *name);

/* The function with this name touches no memory of its caller's but what is modelled with it, such as the mutex that it locks. */
bool gx_access_touches_nothing(const char *name);

#endif
