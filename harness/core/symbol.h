/*
 * symbol.h - what an address is called in the sources: the symbol that it lies in, from the file that it was loaded from.
 *
 *     static pthread_mutex_t ws_lock[8];     &ws_lock[1] ─► symbol "ws_lock", 40 bytes in, of 320
 *
 * Local symbols count, so the file's own table is read (.symtab; of a stripped file .dynsym), not the loader's. For telling: nothing here
 * runs while exploring.
 */
#ifndef GX_CORE_SYMBOL_H
#define GX_CORE_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gx_symbol {
	char name
		[80]; /* as in C: without what compilers add; of C++ the last part of a mangled one, if it is a simple one */
	size_t offset; /* of the address in it */
	size_t size;
	bool is_function;
};

/* Read the file that the address lies in now, for a process that will not be able to open files later. */
void gx_symbol_prepare(const void *address);
/* The bytes of a file, mapped for good; false if it cannot be read (any more). */
bool gx_symbol_file(const char *path, const unsigned char **bytes, size_t *size);
/* No file is read any more: of those that have not been, nobody knows symbols. */
void gx_symbol_close(void);

/* False if the address lies in no file, the file cannot be read, or it has no symbol there. Main thread, outside of tasks. */
bool gx_symbol_of(const void *address, struct gx_symbol *out);

#endif
