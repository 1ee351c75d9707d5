/*
 * judge.h - the rules, as pure functions over events.
 *
 *     events ──► gx_rules_observe() ──► findings
 *
 * What a rule has to remember can change what it says later, so it is part of the state of an execution: struct gx_rules
 * lies in the world's shared area, is hashed, and is kept canonical (what no rule needs any more is cleared; nothing depends on
 * the order in which independent things happened). No clock, no allocation, no state elsewhere.
 */
#ifndef GX_RULES_JUDGE_H
#define GX_RULES_JUDGE_H

#include <stdbool.h>

#include "rules/rules.h"

/* Bytes of a struct gx_rules for so many workspaces and requests, with what each rule remembers on its own behind it. */
size_t gx_rules_size(unsigned workspaces, unsigned requests);

/* `workspaces` of them, and requests with the ids 1 to `requests`; findings go to `found(context, ...)`. The struct is zeroed by the caller. Pointers are not hashed state:
 * they are the same in every execution of a load. */
void gx_rules_init(struct gx_rules *rules, unsigned workspaces, unsigned requests, gx_finding_fn *found, void *context);

/* Mark the labels of the facts that gx_rules_observe() has to be told; of others it says and keeps nothing. */
void gx_rules_list_heard(bool heard[GX_LABELS_END]);

void gx_rules_observe(struct gx_rules *rules, const struct gx_event *event);

#endif
