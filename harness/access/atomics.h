/*
 * atomics.h - atomic operations: points, each of which is one step that nobody interrupts.
 *
 * They are sequentially consistent here, whatever order a program asks for: every store is seen by all at once, in one order. What only shows
 * where stores are seen late or in different orders is not looked for; who tells of a program says so if it asks for less
 *.
 */
#ifndef GX_ACCESS_ATOMICS_H
#define GX_ACCESS_ATOMICS_H

#include <stdbool.h>

/* Whether any operation since the last call has asked for less than sequential consistency. */
bool gx_atomics_were_weak(void);

#endif
