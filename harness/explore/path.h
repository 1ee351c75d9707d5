/*
 * path.h - the choices of one execution, in order; and the line of text that repeats it.
 *
 * A repro line:
 *
 *     gx1:double-click:none:1*14~8c3,2*31~07f,1*2~b21:93:5d1f0c9e77a1b2c3:name-conflict
 *      │       │        │      │                     │   │                 └ what the line was printed for; may be left out
 *      │       │        │      │                     │   └ hash of all events to the end of the execution
 *      │    scenario   gate    │                     └ number of steps to the end
 *      version                 └ runs: task 1 for 14 steps, ...; ~ and three digits: hash of the events so far
 *
 * After the runs the execution goes on by the default choice (the task that ran last, else the lowest index) to its end.
 * Tasks are numbered by arrival, 0 is the clock; `fair*1` lets everybody step in turn until all is as it was before (GX_FAIR). `2*1.3` takes alternative 3, `2*1!` wakes up spuriously. In scenario,
 * gate and what it was printed for, characters outside [A-Za-z0-9_./-] are written as %XX.
 */
#ifndef GX_EXPLORE_PATH_H
#define GX_EXPLORE_PATH_H

#include <stddef.h>
#include <stdint.h>

#include "access/points.h"
#include "core/sched.h"
#include "core/status.h"

struct gx_path {
	struct gx_choice *choice;
	uint32_t count;
	uint32_t capacity;
};

void gx_path_release(struct gx_path *path);
/* Room for so many; gx_no_memory() if there is none. */
void gx_path_reserve(struct gx_path *path, uint32_t count);

/* Append. */
static inline void gx_path_push(struct gx_path *path, struct gx_choice choice)
{
	if (path->count == path->capacity)
		gx_path_reserve(path, path->count + 1);
	path->choice[path->count++] = choice;
}

void gx_path_copy(struct gx_path *to, const struct gx_path *from);

/* One run of a repro: `steps` grants of one choice, then `check`, the low 12 bits of the event hash. */
struct gx_repro_run {
	struct gx_choice choice;
	uint32_t steps;
	uint16_t check;
};

#define GX_REPRO_NAME_MAX 4096 /* a name may be a path */

struct gx_repro {
	struct gx_point_places
		points; /* which accesses were: `gx1a:`, or, by their places, `gx1s2f0.31c:`, instead of `gx1:` */
	char scenario[GX_REPRO_NAME_MAX];
	char gate[GX_REPRO_NAME_MAX];
	struct gx_repro_run *runs;
	uint32_t run_count;
	uint32_t steps;
	uint64_t hash;
	char about[GX_REPRO_NAME_MAX]; /* a word of whoever printed the line, or "" */
};

void gx_repro_release(struct gx_repro *repro);

/* Parse a line (trailing newline and blanks are ignored). On failure *out is released and `err` says which character is wrong. */
enum gx_status gx_repro_parse(struct gx_repro *out, const char *line, struct gx_error *err) GX_MUST_USE;

/* The line, in malloc'ed memory that the caller frees. Prints what parses to the same repro. */
char *gx_repro_print(const struct gx_repro *repro);

#endif
