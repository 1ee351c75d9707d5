/*
 * rules.h - the rules, as pure functions over events.
 *
 *     events ──► gx_rules_observe() ──► findings
 *
 * What a rule has to remember can change what it says later, so it is part of the state of an execution: struct gx_rules
 * lies in the world's shared area, is hashed, and is kept canonical (what no rule needs any more is cleared; nothing depends on
 * the order in which independent things happened). No clock, allocation or global.
 */
#ifndef GX_RULES_H
#define GX_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "facts/facts.h"

/* The stable rule ids, in the order in which reports list them. */
enum gx_rule {
	GX_RULE_NAME_CONFLICT,
	GX_RULE_DOUBLE_TOKEN_WRITE,
	GX_RULE_DEADLOCK,
	GX_RULE_OVERLAPPING_CYCLES,
	GX_RULE_STALE_BEARER,
	GX_RULE_WEDGED,
	GX_RULE_STATUS_MISMATCH,
	GX_RULE_VICTIM_KILLED,
	GX_RULE_ORPHAN_CONTAINER,
	GX_RULE_GATE_LEAKED,
	GX_RULE_ISOLATION,
	GX_RULE_LOST_RESTART,
	GX_RULE_UNTRACKED_TASK,
	GX_RULE_MISUSE,
	GX_RULE_CRASH,
	GX_RULE_HANG,
	GX_RULE_STEP_LIMIT,
	GX_RULE_COUNT
};

/* "name-conflict"; and back, GX_RULE_COUNT for no rule. */
const char *gx_rule_name(enum gx_rule rule);
enum gx_rule gx_rule_find(const char *name);
/* When it is broken, in one sentence (`list rules`). */
const char *gx_rule_summary(enum gx_rule rule);

/* A broken rule with its evidence. */
struct gx_finding {
	uint8_t rule;        /* enum gx_rule */
	uint8_t workspace;   /* index, GX_NO_WORKSPACE for none */
	uint8_t requests[2]; /* the requests that collide: the one that broke the rule, then the other; 0 none */
	uint16_t task;       /* index of the task whose event broke it */
	uint16_t detail;     /* misuse: enum gx_misuse; stale-bearer: which differ; ... see gx_finding_message() */
	uint32_t step;
	uint64_t value; /* container, token, ... */
};

/* Called during gx_rules_observe(), in its context. The same rule may be found several times in one execution. */
typedef void gx_finding_fn(void *context, const struct gx_finding *finding);

struct gx_rules;

size_t gx_rules_size(void);

/* `workspaces` of them; findings go to `found(context, ...)`. The struct is zeroed by the caller. Pointers are not hashed state:
 * they are the same in every execution of a load. */
void gx_rules_init(struct gx_rules *rules, unsigned workspaces, gx_finding_fn *found, void *context);

void gx_rules_observe(struct gx_rules *rules, const struct gx_event *event);

/* How a message names things; every pointer of it is borrowed for the call. */
struct gx_message_names {
	const char *const *workspaces;
	unsigned workspace_count;
	const char *(*request)(void *context, unsigned request); /* "manual-restart#1" */
	const char *(*task)(void *context, unsigned task);       /* by index, in the execution that shows the finding */
	void *context;
};

/* One sentence for a finding: what happened, to whom, who else was involved. */
void gx_finding_message(const struct gx_finding *finding, const struct gx_message_names *names, char *text,
			size_t size);

#endif
