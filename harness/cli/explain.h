/*
 * explain.h - one recorded execution in words: its steps, those that matter for a finding, and who waits for whom.
 */
#ifndef GX_CLI_EXPLAIN_H
#define GX_CLI_EXPLAIN_H

#include "cli/session.h"

/* The events of one execution. */
struct gx_recording {
	struct gx_event *events;
	uint32_t count;
	uint32_t capacity;
	const bool
		*preempted; /* per step of the path, from 0: behind a switch away from a task that could have gone on */
	uint32_t preempted_count;
	unsigned preemptions; /* how many of them are set */
};

void gx_recording_release(struct gx_recording *recording);

/* Fill out->steps (all steps of the execution up to the finding's), marking those that matter. Names follow `book`, freshly begun. */
void gx_explain_steps(struct gx_result_finding *out, struct gx_name_book *book, const struct gx_recording *recording,
		      const struct gx_finding *finding, struct gx_keep *keep);

/* Fill out->waits from the live world, which stands at the step that showed the finding. */
void gx_explain_waits(struct gx_result_finding *out, struct gx_name_book *book, struct gx_keep *keep);

#endif
