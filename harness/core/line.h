/*
 * line.h - file and line of an address, from the debugging information of the file that it was loaded from (elfutils).
 *
 *     0x7f..1a3f ─► "mygate.c:31"
 *
 * For telling: nothing here runs while exploring. Main thread, outside of tasks.
 */
#ifndef GX_CORE_LINE_H
#define GX_CORE_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct gx_line {
	char path[192]; /* as the compiler was called for it, or whole */
	unsigned number;
};

/* Begin to read the file that the address lies in, for a process that will not be able to open files later; gx_symbol_prepare() comes first. */
void gx_line_prepare(const void *address);

/* False if nobody knows: built without -g, or not prepared in time. */
bool gx_line_of(const void *address, struct gx_line *out);

#endif
