/*
 * place.h - where a plugin is loaded follows from what is in its file, and from nothing else.
 *
 *     0x7f0000000000                            0x7f8000000000
 *     | room 0 | room 1 | ... [plugin] | ... | room 8191 | ########## libraries ## |
 *                                      `------ filled while it is loaded ---------'
 *
 * A plugin's functions and data are named by their addresses on stacks (core/identity.h), so those have to be the same whatever was
 * loaded, allocated or mapped before, under whichever path. dlopen() takes no address; it leaves the choice to the kernel, which gives
 * the highest hole that is large enough. So the holes above the plugin's room are filled first, and the kernel takes the room's end.
 *
 * Two plugins that have one room, one chance in thousands, lie one below the other; a limit of address space (ulimit -v) may leave
 * holes. Nothing worse comes of it than other hashes.
 */
#ifndef GX_MODULE_PLACE_H
#define GX_MODULE_PLACE_H

#include <stdint.h>

/* A number that follows from the contents of a file; 0 if it cannot be read. */
uint64_t gx_place_of(const char *path);

/* Between these two what is mapped lies at the place. Not nested; main thread only. */
void gx_place_begin(uint64_t place);
void gx_place_end(void);

#endif
