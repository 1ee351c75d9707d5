/*
 * service.h - what the service does with a request, and what everybody who acts in it shares.
 *
 *     an actor's task ─► gx_handle() ─► the gate's handle() ─► gx_stop(), gx_start() ─► STOP, PROV
 *
 * The functions are called from controlled tasks, most of them by gates, which can hand nothing through: where things lie is therefore
 * one global, gx_places, set by whoever sets an execution up and constant from then on. What changes lies in the world.
 *
 * Nothing here knows who sends requests, how an execution begins and ends, or what is a finding.
 */
#ifndef GX_SERVICE_SERVICE_H
#define GX_SERVICE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/task.h"
#include "docker/engine.h"
#include "facts/facts.h"
#include "facts/roles.h"
#include "gatecrash/gate.h"
#include "platform/platform.h"

/* What the service remembers of a request. */
struct gx_request_state {
	uint8_t begun;    /* enum gx_leg bits */
	uint8_t over;     /* enum gx_leg bits */
	uint8_t result;   /* enum gx_leg_result that closed it early, or GX_LEG_DONE */
	uint8_t answered; /* enum gx_outcome + 1; 0: handle() has not returned */
};

/* The service's part of the world's shared area, beside the docker engine. */
struct gx_service {
	uint8_t stopping;  /* the server takes no more requests */
	uint8_t drained;   /* the database handle is closed */
	uint8_t in_flight; /* requests inside a handler */
	uint8_t beat;      /* containers may beat once more */
	uint64_t reached;  /* bit per request: it has reached the gate */
	uint64_t served;   /* bit per request: a provision of its workspace has begun since */
	uint64_t
		cut_short; /* bit per request that was not served: a cycle of its workspace was skipped, or failed, since */
	void *gate_state;
	struct {
		uint64_t container; /* the one that runs, or ran last and still exists */
		uint64_t token;     /* its copy of the token; 0 none */
	} held[GX_WORKSPACES_MAX];
	struct gx_request_state requests[GX_REQUESTS_MAX + 1]; /* by id */
	/* Last: of an execution with fewer workspaces only the part up to the last one exists (gx_service_bytes()). */
	struct gx_workspace workspaces[GX_WORKSPACES_MAX];
};

/* What is compared after each step of a search is kept small. */
static inline size_t gx_service_bytes(unsigned workspaces)
{
	return offsetof(struct gx_service, workspaces) + workspaces * sizeof(struct gx_workspace);
}

/* Where everything lies, and what it is called. Constant while executions run; not in the world. */
struct gx_places {
	struct gx_service *service; /* these three in the world */
	struct gx_docker *docker;
	struct gx_request *requests; /* by id, [0] unused */
	const struct gx_gate *gate;
	unsigned workspace_count;
	unsigned request_count; /* of actors; probes follow */
	unsigned probe_count;
	uint8_t workspace_of[GX_REQUESTS_MAX + 1]; /* by id; each request has a copy of its own of the name */
	bool late_requests;               /* a container that is killed leaves its request to the platform running */
	uint16_t name[GX_WORKSPACES_MAX]; /* docker: "ws-" name, legacy name, volume */
	uint16_t legacy[GX_WORKSPACES_MAX];
	uint16_t volume[GX_WORKSPACES_MAX];
	uint16_t image;
};

/* Those of the execution that runs. */
extern const struct gx_places *gx_places;

static inline struct gx_service *gx_service(void)
{
	return gx_places->service;
}

/* user[] words of tasks (core/task.h) that are the models'. */
enum {
	GX_USER_SERVICE_0 = GX_USER_POSIX_END, /* what the task is doing: the bits below */
	GX_USER_SERVICE_1,                     /* containers: the container's id */
	GX_USER_SERVICE_2,                     /* what gx_defer() has put off: a list, the last one first */
	GX_USER_SERVICE_END
};

_Static_assert(GX_USER_SERVICE_END <= GX_USER_WORDS, "a task has a word for each");

#define GX_DOING_HANDLE(word)   ((unsigned)((word)&0xff))        /* request whose handle() it runs */
#define GX_DOING_LEG(word)      ((unsigned)((word) >> 8 & 0xff)) /* request whose leg it runs */
#define GX_DOING_LEG_KIND(word) ((unsigned)((word) >> 16 & 0x3)) /* enum gx_leg */
#define GX_DOING_LEG_PENDING    (1ull << 18)                     /* the leg's first op has not been granted yet */
#define GX_DOING_REQUEST        (1ull << 19)                     /* a container inside a request to the platform */
#define GX_DOING_WORK           (1ull << 21) /* a thread of the gate that was at work when the server had drained */
#define GX_DOING_DYING          (1ull << 20) /* killed, but its request runs on (late_requests) */

/* Register the labels of the models: facts, platform, docker, service, and of the primitives below them. Before the first execution. */
void gx_service_register(void);

/* ---- requests, by id ---- */

static inline unsigned gx_request_workspace(unsigned id)
{
	return gx_places->workspace_of[id];
}

static inline bool gx_request_is_probe(unsigned id)
{
	return id > gx_places->request_count;
}

/* ---- legs.c: STOP and PROV, the insides of gx_stop() and gx_start() ---- */

enum gx_leg_result gx_leg_stop(const struct gx_request *request, unsigned workspace);
enum gx_leg_result gx_leg_start(const struct gx_request *request, unsigned workspace);

/* ---- gate_api.c: what gates call (gatecrash/gate.h), and how they are called ---- */

/* False for what the harness did not make: nothing of it may be read. */
bool gx_request_is_known(const struct gx_request *request);
/* Run handle() for a request in the calling task: facts, deferred functions, checks. Returns the outcome. */
enum gx_outcome gx_handle(unsigned id);
/* Run what gx_defer() has put off in the running task. */
void gx_run_deferred(void);
/* What a thread that the gate made does when its start routine ends: the same. */
void gx_end_of_thread(void);
/* The text of a note by the value of its fact, or "?". */
const char *gx_note_text(uint64_t value);

#endif
