/*
 * output.h - what the program under test prints: nowhere, but for a fact that says so, with its text.
 *
 * A search prints a million times what an execution prints once, and reports may stand on the same stream. In a replay the text is part of
 * the timeline. The streams' own buffers are not touched: they would be state outside of the world.
 */
#ifndef GX_POSIX_OUTPUT_H
#define GX_POSIX_OUTPUT_H

#include <stdint.h>

/* The text of a GX_L_PRINT fact, by its value: one line, cut where it is long; "?" if too much has been printed since. */
const char *gx_posix_printed(uint64_t value);

#endif
