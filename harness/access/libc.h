/*
 * libc.h - libc's functions that read and write the program's memory on its behalf: what they touch counts as the caller's accesses.
 *
 * Compilers do not instrument libc. ThreadSanitizer's runtime puts functions of its own in the place of libc's by their names; here they would
 * be in the way of the harness itself, which calls them all the time. So they have names of their own, and whoever loads an instrumented
 * plugin binds its calls to them (module/redirect.c).
 *
 * A range counts as a whole, before the function runs: of a string as much as is there.
 */
#ifndef GX_ACCESS_LIBC_H
#define GX_ACCESS_LIBC_H

/* What stands in for the function with this name; NULL: nothing, libc's touches no memory of the program's, or is not watched. */
void *gx_access_libc(const char *name);

#endif
