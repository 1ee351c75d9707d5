/*
 * internal.h - the steps of one recording, side by side: their words, their events, whose they are. For the files of the story.
 */
#ifndef GX_STORY_INTERNAL_H
#define GX_STORY_INTERNAL_H

#include "story/story.h"

struct gx_story_table {
	struct gx_story_step *steps;    /* words */
	const struct gx_event **events; /* of each step; its own first */
	unsigned *event_counts;
	uint8_t *workspaces; /* a bit per workspace that the step is about; 0: none in particular */
	uint8_t *requests;   /* whose handle() or leg its task runs, 0 none */
	uint8_t *legs;       /* whose leg it runs, 0 none */
	size_t count;
};

/* What of a step a table holds beside its words. */
struct gx_story_owner {
	uint8_t workspaces;
	uint8_t request;
	uint8_t leg;
};

/* The step before `end` that took a mutex which nobody has given back by then; or table->count. story.c */
size_t gx_story_take_before(const struct gx_story_table *table, uint64_t mutex, size_t end);

/* How somebody's leg could begin while another's cycle was open. */
enum gx_story_way_in {
	GX_STORY_NO_WAY_IN, /* nothing that this file knows of */
	GX_STORY_GAVE_UP,   /* after tries in vain, or a time-out */
	GX_STORY_TWO_LOCKS  /* each by a lock of its own */
};

/* Show, and say in words, where those went in whose legs in the workspace begin while another's cycle is open. ahead.c */
enum gx_story_way_in gx_story_show_ahead(struct gx_story_table *table, unsigned workspace, struct gx_keep *keep);

#endif
