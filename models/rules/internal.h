/*
 * internal.h - for the files of the rules: what they share, and how they report and tell.
 *
 *     request    GX_F_REQUEST ... legs, provision ... settled: of its past only the container that still stands is left
 *     workspace  ......................................... the view of the end, judged and cleared by GX_F_QUIET
 *
 * All of it is hashed with the world, so it is kept small and canonical: what no rule needs any more is zero, so that two
 * pasts that no rule can tell apart any more are the same bytes. What one rule alone remembers lies in its file
 * (gx_rule_memory()); the same holds for it.
 *
 *     judge.c ─► rules.c ─► the files of the rules ─► memory.c, finding.c, tell.c
 */
#ifndef GX_RULES_INTERNAL_H
#define GX_RULES_INTERNAL_H

#include <stdbool.h>

#include "core/status.h"
#include "gatecrash/gate.h"
#include "rules/rules.h"

#define GX_RULE_DECLARED(id, row) extern const struct gx_rule_row gx_rule_##row;
GX_RULE_ROWS(GX_RULE_DECLARED)
#undef GX_RULE_DECLARED

/* How far a provision has come. */
enum gx_provision_stage { GX_PROVISION_NONE, GX_PROVISION_BEGUN, GX_PROVISION_MADE, GX_PROVISION_STARTED };

struct gx_request_seen {
	/*
	 * The last number that its provision took: the token that it minted, then the container that it made. The container's stays
	 * after the provision, until the container's removal begins: whoever runs into its name wants to know whose it is.
	 */
	uint64_t number;
	uint8_t workspace;
	uint8_t legs;  /* enum gx_leg bits that it has; 0: it has not reached the gate */
	uint8_t begun; /* these three are zero again once its cycle is over */
	uint8_t over;
	uint8_t closed;       /* a leg was skipped or failed: no further one follows */
	uint8_t provision;    /* enum gx_provision_stage */
	uint8_t touched;      /* its provision revoked, minted or wrote a token and has not ended */
	uint8_t settled;      /* it cannot be lost (any more): served, a leg skipped or failed, refused, no start leg */
	uint8_t acknowledged; /* and not settled; 2: as covered by another request */
	uint8_t obeys; /* and not settled: of a row that is paused, hibernated or removed its origin does not ask for a start */
	uint8_t covered; /* and not answered: a leg of its workspace has been skipped or has failed, in a way that excuses it, too */
	uint8_t probe;    /* 1 under way, 2 judged */
	uint8_t answered; /* a probe that is under way: enum gx_outcome + 1 */
	uint8_t followed; /* a probe that is under way: a leg of its workspace has begun since it reached the gate */
};

/* What the final facts say of a workspace. */
struct gx_workspace_end {
	uint8_t row; /* enum gx_row_status */
	uint8_t url;
	uint8_t containers;
	uint8_t running;
	uint8_t created; /* and never started */
	uint8_t volume;  /* there is one, but no row */
	uint8_t tokens;  /* live ones that provisions minted */
	uint8_t live;    /* live ones of containers at all */
	uint16_t secret;
	uint64_t has_secret;
	uint64_t token;
	uint64_t file;
	uint64_t held;
	uint64_t container; /* of those that exist, the lowest number */
};

struct gx_rules {
	gx_finding_fn *found;
	void *context;
	unsigned workspaces;
	unsigned requests;             /* the highest id there can be */
	uint16_t place[GX_RULE_COUNT]; /* where the memory of each rule begins, from here; set once */
	uint16_t ends;                 /* where the views of the end begin, one per workspace */
	/* By id, [0] unused. As many as there can be, since all of it is compared after each step of a search. */
	struct gx_request_seen request[];
};

/* ---- what is shared: memory.c ---- */

/* The request's cycle lasts from the begin of its first leg to the end of its last, or of one after which none follows. */
bool gx_cycle_is_open(const struct gx_request_seen *request);

/* The request that a fact belongs to, or NULL; its workspace, event->object, is one then. */
struct gx_request_seen *gx_request_of(struct gx_rules *rules, const struct gx_event *event);

/* What the final facts have said of a workspace so far. */
static inline struct gx_workspace_end *gx_end_of(struct gx_rules *rules, unsigned workspace)
{
	return (struct gx_workspace_end *)(void *)((char *)rules + rules->ends) + workspace;
}

/* Of those that stand: the request whose provision made this container, or 0. */
unsigned gx_maker_of(const struct gx_rules *rules, uint64_t container);

/* Take a fact of the service into account, once the rules have judged it. */
void gx_rules_note(struct gx_rules *rules, const struct gx_event *event);
/* After the rules have judged the end: the view of it; and the past, if what follows are probes. */
void gx_rules_forget_end(struct gx_rules *rules);
void gx_rules_forget_past(struct gx_rules *rules);

/* The rule's own memory, as many bytes as its row says. */
static inline void *gx_rule_memory(struct gx_rules *rules, enum gx_rule rule)
{
	return (char *)rules + rules->place[rule];
}

/* ---- finding: finding.c ---- */

/* `rule` as broken by the event: a fact of the service, or one of core's about a task, to which the trial has added whose it is. */
struct gx_finding gx_found_by(const struct gx_event *event, enum gx_rule rule);
struct gx_finding gx_found_in_task(const struct gx_event *event, enum gx_rule rule);
/* ... at the end, in this workspace. */
struct gx_finding gx_found_at_end(const struct gx_event *quiet, enum gx_rule rule, unsigned workspace);
void gx_report_finding(struct gx_rules *rules, const struct gx_finding *finding);

/* ---- telling: tell.c ---- */

struct gx_telling {
	const struct gx_finding *finding;
	const struct gx_message_names *names;
	char *text;
	size_t size;
};

const char *gx_told_workspace(const struct gx_telling *telling);
/* requests[which], or "somebody else". */
const char *gx_told_request(const struct gx_telling *telling, unsigned which);
const char *gx_told_task(const struct gx_telling *telling);
/* Why it waits, to go on behind "it waits ": "for mutex m2, which manual-restart#1 took and ..."; false if nobody knows. */
bool gx_told_wait(const struct gx_telling *telling, char *text, size_t size);
void gx_tell(const struct gx_telling *telling, const char *format, ...) GX_PRINTF(2, 3);

/* ---- hints that several rules give ---- */

/* What helps against waiting for ever for this reason; NULL: nobody knows. */
const char *gx_remedy_of_wait(enum gx_wait_cause cause);

#define GX_REMEDY_ONE_CYCLE "let one cycle per workspace hold the gate from before its stop leg to after its start leg"
#define GX_DECIDED_WORDS    "what was left behind comes from here"
#define GX_REMEDY_STAY_OUT  "who finds it taken may not go ahead, however long it has tried: wait on, or answer GX_BUSY"
#define GX_REMEDY_ONE_LOCK \
	"two locks of one workspace keep nobody out: look for it and make it in one go, under a lock for all"
#define GX_REMEDY_LOOK_AGAIN "a wait may return for no reason: wait in a `while` that looks at the condition again"

#endif
