/*
 * facts.h - what the service says it did, in the order it did it: all that rules see, but for core's own facts (a crash, a
 * hang, a limit).
 *
 * The service and its platform emit facts as they act, the trial those that follow from the whole view and those of the end.
 * In every fact `object` is the workspace (index in the scenario, from 0, GX_NO_WORKSPACE for none), `extra` the request it belongs
 * to (its id, 0 for none) unless stated otherwise, and `value` as stated. Tokens and containers are numbers from gx_task_serial(),
 * never 0; 0 says "none".
 *
 * This is the ground floor of the models: it knows none of them.
 */
#ifndef GX_FACTS_FACTS_H
#define GX_FACTS_FACTS_H

#include "core/event.h"
#include "posix/posix.h"

/* Here the labels of the service begin: facts first, then the ops of its platform (platform/platform.h), then its own (service/labels.h). */
enum { GX_LABELS_SERVICE = 256 };

#define GX_WORKSPACES_MAX 8u
#define GX_REQUESTS_MAX   48u /* of actors and probes together; ids 1..48 */
#define GX_NO_WORKSPACE   0xffu

/* workspaces.status, domain.md section 1. */
enum gx_row_status {
	GX_ROW_NONE, /* no row yet */
	GX_ROW_PROVISIONING,
	GX_ROW_ONLINE,
	GX_ROW_DEGRADED,
	GX_ROW_OFFLINE,
	GX_ROW_FAILED,
	GX_ROW_PAUSED,
	GX_ROW_HIBERNATING,
	GX_ROW_HIBERNATED,
	GX_ROW_AWAITING_AGENT,
	GX_ROW_REMOVED
};

/* "online" and so on; the words of the scenario format. */
const char *gx_row_status_name(enum gx_row_status status);

enum gx_fact {
	/* The gate. */
	GX_F_REQUEST = GX_LABELS_SERVICE, /* handle() is called; value = origin | legs << 8 | (probe ? 1 << 16 : 0) */
	GX_F_ANSWER,    /* handle() returned and its deferred functions ran; value = enum gx_outcome */
	GX_F_LEG_BEGIN, /* first op of a leg is about to run; value = leg */
	GX_F_LEG_END,   /* value = leg | result << 8; also for a leg that ended at once (skipped, failed before) */
	GX_F_NOTE,      /* gx_note(); value = the hash of its text, see gx_note_text() */
	GX_F_MISUSE, /* value = enum gx_misuse, of POSIX's rules GX_MISUSE_WITH(); the gate broke its contract or POSIX's */

	/* A provision, inside the start leg. */
	GX_F_PROVISION_BEGIN,   /* P1 has begun */
	GX_F_PROVISION_END,     /* value = 1 online to be, 0 failed (FAIL has been written) */
	GX_F_TOKEN_REVOKE,      /* value = live tokens it revoked (may be 0); extra 0: revoked by nobody's provision */
	GX_F_TOKEN_MINT,        /* value = token */
	GX_F_TOKEN_WRITE,       /* .auth_token in the volume; value = token */
	GX_F_NAME_CONFLICT,     /* create was answered 409; value = container that holds the name */
	GX_F_CONTAINER_MADE,    /* create was answered 201; value = container */
	GX_F_CONTAINER_STARTED, /* start was answered 204; value = container */
	GX_F_CONTAINER_REMOVED, /* a removal began (marked): extra = request whose leg removes, 0 somebody else; value = container */

	/* Others. */
	GX_F_ROW_STATUS,    /* value = enum gx_row_status, written to the row */
	GX_F_SECRET_WRITE,  /* acknowledged write of secrets; value = new version (1, 2, ... per workspace) */
	GX_F_SECRET_READ,   /* P1 read secrets; value = version */
	GX_F_CLIENT_401,    /* a client that was given a bearer was answered 401; value = its token */
	GX_F_CONTAINER_401, /* a container was; no finding by itself; value = its token */
	GX_F_WAIT_CYCLE,    /* waiters in a circle while others go on; value = how many: 1 waits for itself */
	GX_F_ISOLATION,     /* the view of rule `isolation` holds; extra = the blocked request */
	GX_F_DRAINED,       /* shutdown: the drain returned, the database handle is closed */
	GX_F_LATE_STEP, /* shutdown: after GX_F_DRAINED, a task of the gate, or in the gate or in a leg, stepped; value = its path */

	/* The end. One block of final facts per execution that reaches quiescence, closed by GX_F_QUIET. */
	GX_F_FINAL_BLOCKED, /* a blocked task that is no daemon; object = its workspace or GX_NO_WORKSPACE; value = its path */
	GX_F_FINAL_ROW, /* extra = enum gx_row_status; value = 1 if url is not empty */
	/* extra = number of live tokens minted by provisions | number of those minted for containers at all << 8; value = the live token, 0
	   none; of several one that the running container does not hold: domain.md O3, one live token = the file = the container's copy */
	GX_F_FINAL_TOKENS,
	GX_F_FINAL_FILE, /* value = token in the volume's .auth_token, 0 none; extra = 1: there is a volume, but no row */
	GX_F_FINAL_CONTAINER, /* one per container that exists; extra = 1 running, 2 created and never started, 0 neither; value = container */
	GX_F_FINAL_HELD,   /* the running container's copy of the token; value = token, 0 none */
	GX_F_FINAL_SECRET, /* version of the secrets that the running container was made with */
	GX_F_QUIET,        /* value = GX_ONLY_BLOCKED, or GX_EXCUSE_... of all workspaces together */
	GX_F_PROBE_RESULT, /* extra = request of the probe; value = 1 it reached a leg, 0 it did not */

	GX_F_END
};

/* No view of the end: open() or close() did not return, and the execution is over. */
#define GX_ONLY_BLOCKED 4ull
/* A fault of the scenario struck a leg of this workspace; it has no backend. */
#define GX_EXCUSE_FAULT(workspace)      (1ull << (8 + (workspace)))
#define GX_EXCUSE_NO_BACKEND(workspace) (1ull << (16 + (workspace)))

enum gx_misuse {
	GX_MISUSE_LEG_TWICE = 1,
	GX_MISUSE_START_BEFORE_STOP,
	GX_MISUSE_LEG_AFTER_REFUSAL, /* after GX_BUSY or GX_DROPPED, or such an answer after a leg */
	GX_MISUSE_RAN_TOO_EARLY,     /* GX_RAN before the legs are over */
	GX_MISUSE_BAD_OUTCOME,       /* handle() returned no enum gx_outcome */
	GX_MISUSE_FOREIGN_REQUEST,   /* a request that the harness did not make */
	GX_MISUSE_OPEN_FAILED,       /* open() returned NULL */
	GX_MISUSE_THREAD_LEFT,       /* a thread that the gate made lives on although close() has returned */
	GX_MISUSE_POSIX,             /* and above: GX_MISUSE_POSIX + enum gx_posix_misuse */
	GX_MISUSE_END = GX_MISUSE_POSIX + GX_POSIX_MISUSE_END
};

/*
 * `value` of a misuse of POSIX's rules: what it is, what the object is and whose affair besides (GX_POSIX_EXTRA()), and the object, whose
 * canonical address fits into what is left of it.
 */
#define GX_MISUSE_WITH(misuse, extra, object) ((misuse) | (uint64_t)(extra) << 8 | gx_misuse_object_bits(object) << 24)
#define GX_MISUSE_OF(value)                   ((enum gx_misuse)((value)&0xff))
#define GX_MISUSE_EXTRA(value)                ((uint16_t)((value) >> 8))
_Static_assert(GX_MISUSE_END <= 0x100, "a misuse has eight bits");

enum { GX_MISUSE_OFFSET_BITS = 35 };

static inline uint64_t gx_misuse_object_bits(uint64_t canonical)
{
	return canonical >> 48 << GX_MISUSE_OFFSET_BITS | (canonical & ((1ull << GX_MISUSE_OFFSET_BITS) - 1));
}

static inline uint64_t gx_misuse_object(uint64_t value)
{
	uint64_t bits = value >> 24;

	return bits >> GX_MISUSE_OFFSET_BITS << 48 | (bits & ((1ull << GX_MISUSE_OFFSET_BITS) - 1));
}

/* One sentence for a misuse: "unlocks a mutex that another task holds". */
const char *gx_misuse_text(enum gx_misuse misuse);

/* Register the names of the labels above ("gate.request", "provision.begin", ...). */
void gx_facts_register(void);

#endif
