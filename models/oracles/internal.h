/*
 * internal.h - what the rules remember, and how they are called.
 *
 * All of it is hashed with the world, so it is kept small, and what no rule needs any more is zero: a provision's marks go
 * when it ends, the view of the end goes when it has been judged.
 */
#ifndef GX_ORACLES_INTERNAL_H
#define GX_ORACLES_INTERNAL_H

#include <stdbool.h>

#include "gatecrash/gate.h"
#include "oracles/oracles.h"

struct gx_request_seen {
	uint64_t made; /* container that its provision made, until the provision ends */
	uint8_t workspace;
	uint8_t legs; /* enum gx_leg bits that it has */
	uint8_t begun;
	uint8_t over;
	uint8_t closed;    /* a leg was skipped or failed: no further one follows */
	uint8_t touched;   /* its provision revoked, minted or wrote a token and has not ended */
	uint8_t provision; /* 1 under way, 2 its container has been started */
	uint8_t answered;  /* enum gx_outcome + 1 */
	uint8_t served;    /* a provision of its workspace began since it reached the gate */
	uint8_t probe;
};

struct gx_workspace_seen {
	uint64_t removing; /* container whose removal began, until the next one is made */
	uint16_t secrets;  /* newest acknowledged version */
	uint8_t remover;   /* request whose leg removes it; 0 somebody else */
	uint8_t restart_acknowledged;

	/* The view of the end; zero before. */
	uint8_t row; /* enum gx_row_status */
	uint8_t url;
	uint8_t containers;
	uint8_t running;
	uint8_t tokens;
	uint8_t has_secret;
	uint8_t blocked; /* a task in its gate is blocked for ever */
	uint8_t blocked_request;
	uint16_t secret;
	uint64_t token;
	uint64_t file;
	uint64_t held;
	uint64_t container; /* one of the containers that exist */
};

struct gx_oracles {
	gx_finding_fn *found;
	void *context;
	unsigned workspaces;
	uint8_t blocked_elsewhere;
	struct gx_workspace_seen workspace[GX_WORKSPACES_MAX];
	struct gx_request_seen request[GX_REQUESTS_MAX + 1];
};

/* GX_F_QUIET's value. */
enum { GX_EXCUSE_FAULT = 1, GX_EXCUSE_NO_BACKEND = 2, GX_ONLY_BLOCKED = 4 };

/* stale-bearer's detail. */
enum { GX_STALE_AT_END, GX_STALE_CLIENT };
/* name-conflict's detail: what the holder of the name was doing. */
enum { GX_HOLDER_UNKNOWN, GX_HOLDER_BEING_REMOVED, GX_HOLDER_MADE, GX_HOLDER_STARTED };
/* step-limit's detail. */
enum { GX_LIMIT_STEPS, GX_LIMIT_WORLD };
/* double-token-write's detail. */
enum { GX_TOKENS_OVERLAP, GX_TOKENS_TWO_LIVE };
/* lost-restart's detail. */
enum { GX_LOST_REQUEST, GX_LOST_SECRET };

static inline bool gx_is_acknowledged(const struct gx_request_seen *request)
{
	return request->answered && request->answered <= GX_COALESCED + 1;
}

/* Report `rule` as broken by the event; the rule fills the rest in. */
struct gx_finding gx_found_by(const struct gx_event *event, enum gx_rule rule);
void gx_report_finding(struct gx_oracles *oracles, const struct gx_finding *finding);

/* Each rule's file: look at an event, before or after it has been taken into account. */
void gx_judge_cycles(struct gx_oracles *oracles, const struct gx_event *event);
void gx_judge_tokens(struct gx_oracles *oracles, const struct gx_event *event);
void gx_judge_containers(struct gx_oracles *oracles, const struct gx_event *event);
void gx_judge_program(struct gx_oracles *oracles, const struct gx_event *event);

/* At quiescence, once per workspace, with the view of the end complete; `event` is GX_F_QUIET. */
void gx_judge_bearer(struct gx_oracles *oracles, const struct gx_event *event, unsigned workspace);
void gx_judge_rows(struct gx_oracles *oracles, const struct gx_event *event, unsigned workspace);
void gx_judge_orphans(struct gx_oracles *oracles, const struct gx_event *event, unsigned workspace);
void gx_judge_lost(struct gx_oracles *oracles, const struct gx_event *event, unsigned workspace);
void gx_judge_blocked(struct gx_oracles *oracles, const struct gx_event *event);

#endif
