/*
 * internal.h - what the rules remember, and how they are called.
 *
 *     request    GX_F_REQUEST ... legs, provision ... settled: of its past only the container that still stands is left
 *     workspace  ......................................... the view of the end, judged and cleared by GX_F_QUIET
 *
 * All of it is hashed with the world, so it is kept small and canonical: what no rule needs any more is zero, so that two
 * pasts that no rule can tell apart any more are the same bytes.
 */
#ifndef GX_RULES_INTERNAL_H
#define GX_RULES_INTERNAL_H

#include <stdbool.h>

#include "gatecrash/gate.h"
#include "rules/judge.h"

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
	uint8_t acknowledged; /* and not settled */
	uint8_t probe;        /* 1 under way, 2 judged */
	uint8_t answered;     /* a probe that is under way: enum gx_outcome + 1 */
	uint8_t followed; /* a probe that is under way: a leg of its workspace has begun since it reached the gate */
};

/* What the final facts say of a workspace. */
struct gx_workspace_end {
	uint8_t row; /* enum gx_row_status */
	uint8_t url;
	uint8_t containers;
	uint8_t running;
	uint8_t tokens; /* live ones that provisions minted */
	uint8_t live;   /* live ones of containers at all */
	uint16_t secret;
	uint64_t has_secret;
	uint64_t token;
	uint64_t file;
	uint64_t held;
	uint64_t container; /* of those that exist, the lowest number */
};

/* Tasks that are blocked for ever. */
struct gx_blocked {
	uint8_t count;
	uint8_t requests[2]; /* the two lowest whose handle() they run; 0 none */
	uint8_t task;        /* lowest index; not canonical, but gone before anybody hashes it */
};

struct gx_workspace_seen {
	uint64_t removing; /* container whose removal is under way */
	uint16_t secrets;  /* newest acknowledged version */
	uint8_t remover;   /* request whose leg removes it; 0 somebody else */
	uint8_t restart_acknowledged;
	uint8_t no_backend; /* a stop leg failed, which only a missing backend makes it do (gate.h) */
	struct gx_blocked blocked;
	struct gx_workspace_end end;
};

struct gx_rules {
	gx_finding_fn *found;
	void *context;
	unsigned workspaces;
	struct gx_blocked blocked_elsewhere;
	struct gx_workspace_seen workspace[GX_WORKSPACES_MAX];
	struct gx_request_seen request[GX_REQUESTS_MAX + 1];
};

/* GX_F_QUIET's value. */
enum { GX_EXCUSE_FAULT = 1, GX_EXCUSE_NO_BACKEND = 2, GX_ONLY_BLOCKED = 4 };

/* stale-bearer's detail. */
enum { GX_STALE_AT_END, GX_STALE_CLIENT };
/* name-conflict's detail: what the holder of the name was doing. */
enum {
	GX_HOLDER_UNKNOWN, /* a container that no provision of this execution made */
	GX_HOLDER_BEING_REMOVED,
	GX_HOLDER_RESERVED, /* its create has taken the name and is not over */
	GX_HOLDER_MADE,
	GX_HOLDER_STARTED,
	GX_HOLDER_LEFT /* by a provision that is over */
};
/* overlapping-cycles' detail: the leg that begins, and this bit if it meets no cycle but an ungated provision. */
enum { GX_OVERLAPS_PROVISION = 4 };
/* deadlock's detail: the number of tasks that are blocked for ever, or 0 for a circle of waiters while others go on. */
enum { GX_DEADLOCK_CIRCLE };
/* orphan-container's detail: the number of containers, and this bit if the row accounts for one. */
enum { GX_ORPHAN_BESIDE_ONE = 0x100 };
/* step-limit's detail. */
enum { GX_LIMIT_OF_STEPS, GX_LIMIT_OF_TIME, GX_LIMIT_OF_WORLD };
/* double-token-write's detail. */
enum { GX_TOKENS_OVERLAP, GX_TOKENS_TWO_LIVE };
/* lost-restart's detail. */
enum { GX_LOST_REQUEST, GX_LOST_SECRET };

/* The request's cycle lasts from the begin of its first leg to the end of its last, or of one after which none follows. */
bool gx_cycle_is_open(const struct gx_request_seen *request);

/* Report `rule` as broken by the event; the rule fills the rest in. */
struct gx_finding gx_found_by(const struct gx_event *event, enum gx_rule rule);
void gx_report_finding(struct gx_rules *rules, const struct gx_finding *finding);

/* Each rule's file: look at an event, before or after it has been taken into account. */
void gx_judge_cycles(struct gx_rules *rules, const struct gx_event *event);
void gx_judge_tokens(struct gx_rules *rules, const struct gx_event *event);
void gx_judge_containers(struct gx_rules *rules, const struct gx_event *event);
void gx_judge_program(struct gx_rules *rules, const struct gx_event *event);

/* At quiescence, once per workspace, with the view of the end complete; `event` is GX_F_QUIET. */
void gx_judge_bearer(struct gx_rules *rules, const struct gx_event *event, unsigned workspace);
void gx_judge_rows(struct gx_rules *rules, const struct gx_event *event, unsigned workspace);
void gx_judge_orphans(struct gx_rules *rules, const struct gx_event *event, unsigned workspace);
void gx_judge_lost(struct gx_rules *rules, const struct gx_event *event, unsigned workspace);
void gx_judge_blocked(struct gx_rules *rules, const struct gx_event *event);

#endif
