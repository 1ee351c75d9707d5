/*
 * topics.h - what a step is about, by the label of its op and by what came of it: enum gx_topic bits.
 */
#ifndef GX_STORY_TOPICS_H
#define GX_STORY_TOPICS_H

#include "core/event.h"

/* `events` are those of the step, the step's own first. */
unsigned gx_topics_of_step(const struct gx_event *events, unsigned count);

#endif
