/*
 * repros.h - the repro lines that a file holds: one that somebody has kept, a text report, a JSON result.
 *
 *     # a comment                              build/gatecrash replay 'gx1:...'        {"runs": [{"findings": [{"repro": "gx1:..."
 *     gx1:double-click:none:...
 *
 * In a text a repro is whatever looks like one, lines that begin with # aside; in JSON each string with the key "repro".
 */
#ifndef GX_CLI_REPROS_H
#define GX_CLI_REPROS_H

#include <stddef.h>
#include <stdio.h>

#include "core/status.h"

#define GX_REPROS_BYTES_MAX (64u << 20)

struct gx_repros {
	struct gx_repros_line {
		char *text;
		char *rule; /* JSON says which finding it is of; else NULL */
		char *workspace;
	} * lines;
	size_t count;
};

/*
 * All of a file that holds repros, `most` bytes at most, for the caller to free. GX_EINPUT: it is longer, cannot be read, or is no text; `shown` is its
 * name in the complaint. *out is NULL at first, and has to be freed in every case.
 */
enum gx_status gx_repros_text(char **out, FILE *in, size_t most, const char *shown, struct gx_error *err) GX_MUST_USE;

/*
 * Those of a file, in its order; "-" is standard input. GX_EINPUT: it cannot be read, or holds none. gx_repros_release() in every case.
 */
enum gx_status gx_repros_read(struct gx_repros *out, const char *path, struct gx_error *err) GX_MUST_USE;
void gx_repros_release(struct gx_repros *repros);

#endif
