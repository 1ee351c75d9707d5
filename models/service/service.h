/*
 * service.h - one execution of a scenario with a gate: set-up, actors, legs, quiescence, probes.
 *
 *     scenario + gate ─► gx_service_program() ─► struct gx_program for the scheduler
 *
 *     OPEN ─► RUN ─► BEAT ─► judge ─► PROBE ... ─► CLOSE ─► over
 *     each arrow: nobody who matters can step any more (core's at_rest)
 *
 * OPEN runs the gate's open(). RUN lets the actors arrive. BEAT lets every running container beat once more (in reality they
 * beat for ever; what that heals is healed). Then the final facts are emitted and the rules judge. PROBE: a virtual hour later one
 * manual restart per workspace, an hour after that a programmatic one; each has to reach its first leg, which then does nothing.
 * CLOSE runs the gate's close(). A scenario with a shutdown actor has no probes.
 */
#ifndef GX_SERVICE_H
#define GX_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sched.h"
#include "docker/engine.h"
#include "gatecrash/gate.h"
#include "platform/platform.h"
#include "rules/judge.h"
#include "scenario/scenario.h"

enum gx_phase { GX_PHASE_OPEN, GX_PHASE_RUN, GX_PHASE_BEAT, GX_PHASE_PROBE, GX_PHASE_CLOSE };

/* What the service remembers of a request. */
struct gx_request_state {
	uint8_t begun;    /* enum gx_leg bits */
	uint8_t over;     /* enum gx_leg bits */
	uint8_t result;   /* enum gx_leg_result that closed it early, or GX_LEG_DONE */
	uint8_t answered; /* enum gx_outcome + 1; 0: handle() has not returned */
};

/* The service's part of the world's shared area, besides the docker engine and the rules. */
struct gx_service {
	uint8_t phase;     /* enum gx_phase */
	uint8_t beat;      /* containers may beat once more */
	uint8_t probe;     /* index of the probe that runs */
	uint8_t stopping;  /* the server takes no more requests */
	uint8_t drained;   /* the database handle is closed */
	uint8_t in_flight; /* requests inside handle() */
	uint8_t fault_struck;
	uint8_t troubled;   /* a deadlock was found or a probe did not get through: the gate is not closed */
	uint8_t wait_cycle; /* reported */
	uint8_t opened;
	uint8_t faults_left[8];
	uint64_t reached; /* bit per request: it has reached the gate */
	uint64_t served;  /* bit per request: a provision of its workspace has begun since */
	void *gate_state;
	struct {
		uint64_t container; /* the one that runs, or ran last and still exists */
		uint64_t token;     /* its copy of the token; 0 none */
	} held[GX_WORKSPACES_MAX];
	struct gx_workspace workspaces[GX_WORKSPACES_MAX];
	struct gx_request_state requests[GX_REQUESTS_MAX + 1]; /* by id */
};

/*
 * user[] words of tasks (core/task.h) as the service uses them.
 *   GX_USER_SERVICE_0: what the task is doing, struct-like bits below
 *   GX_USER_SERVICE_1: containers: the container's id
 *   GX_USER_SERVICE_2: gx_defer() list
 *   GX_USER_SERVICE_3: free
 */
#define GX_DOING_HANDLE(word)   ((unsigned)((word)&0xff))        /* request whose handle() it runs */
#define GX_DOING_LEG(word)      ((unsigned)((word) >> 8 & 0xff)) /* request whose leg it runs */
#define GX_DOING_LEG_KIND(word) ((unsigned)((word) >> 16 & 0x3)) /* enum gx_leg */
#define GX_DOING_LEG_PENDING    (1ull << 18)                     /* the leg's first op has not been granted yet */
#define GX_DOING_REQUEST        (1ull << 19)                     /* a container inside a request to the platform */
#define GX_DOING_DYING          (1ull << 20)                     /* killed, but its request runs on (late_requests) */

/*
 * A scenario with a gate, ready to be loaded. Not in the world: constant while executions run. Tasks keep addresses of it on their stacks,
 * which are hashed: so it is a static object, in one place for all callers of a program, with a copy of the scenario in it.
 */
struct gx_trial {
	struct gx_scenario kept;
	const struct gx_scenario *scenario; /* the copy */
	const struct gx_gate *gate;
	/* Plugins: adopt the writable segments; called by set-up. NULL for a gate that is linked in. */
	enum gx_status (*adopt)(void *plugin, struct gx_error *err);
	void *plugin;

	struct gx_program program;

	/* Set by set-up: places in the world. */
	struct gx_service *service;
	struct gx_docker *docker;
	struct gx_rules *rules;
	struct gx_request *requests; /* by id, [0] unused */
	char (*workspace_names)[48];
	unsigned request_count; /* of actors; probes follow */
	unsigned probe_count;
	bool has_shutdown;
	uint8_t request_of[GX_ACTORS_MAX]; /* request id by actor; 0: it sends none */
	uint16_t name[GX_WORKSPACES_MAX];  /* docker: "ws-" name, legacy name, volume */
	uint16_t legacy[GX_WORKSPACES_MAX];
	uint16_t volume[GX_WORKSPACES_MAX];
	uint16_t image;

	/* While collecting: the findings of the execution that runs. */
	struct gx_finding *findings;
	unsigned finding_capacity;
	unsigned finding_count;

	/* Called for every event while set: a name book that follows. */
	void (*follow)(void *context, const struct gx_event *event);
	void *follow_context;
};

/* Register the labels of all models. Once, at start-up. */
void gx_service_register(void);

/* Prepare `trial`, a static object, for a scenario, which is copied, and a gate, which must outlive it. Then gx_sched_load(&trial->program). */
void gx_trial_init(struct gx_trial *trial, const struct gx_scenario *scenario, const struct gx_gate *gate);

/* The key of a finding for explore: rule and workspace. */
static inline uint64_t gx_finding_key(unsigned rule, unsigned workspace)
{
	return 1ull << 32 | (uint64_t)rule << 8 | workspace;
}
static inline unsigned gx_key_rule(uint64_t key)
{
	return (unsigned)(key >> 8 & 0xff);
}

/* ---- shared by the service's own files ---- */

/* The trial whose execution runs: set by its set-up. */
extern struct gx_trial *gx_trial;

static inline struct gx_service *gx_service(void)
{
	return gx_trial->service;
}

/* legs.c: STOP and PROV, the insides of gx_stop() and gx_start(). */
enum gx_leg_result gx_leg_stop(const struct gx_request *request, unsigned workspace);
enum gx_leg_result gx_leg_start(const struct gx_request *request, unsigned workspace);

/* gate_api.c */
void gx_run_deferred(void);
bool gx_request_is_known(const struct gx_request *request);
unsigned gx_request_workspace(unsigned id);
bool gx_request_is_probe(unsigned id);
/* Run handle() for a request in the calling task: facts, deferred functions, checks. Returns the outcome. */
enum gx_outcome gx_handle(unsigned id);
/* The text of a note by the value of its fact, or "?". */
const char *gx_note_text(uint64_t value);

/* actors.c */
void gx_actor_main(void *actor);
void gx_probe_main(void *request);
/* What a thread that the gate made does when its start routine ends: the deferred functions. */
void gx_end_of_thread(void);

/* container.c: the process in a container; the engine's hooks; the container's own copy of its token. */
void gx_container_main(void *old);
extern const struct gx_docker_hooks gx_container_hooks;
extern const struct gx_docker_hooks gx_container_hooks_with_faults; /* for scenarios that have some */
void gx_container_hold(uint64_t container, uint64_t token);
uint64_t gx_container_held(uint64_t container);

/* stage.c: the engine at the beginning and at the end. */
void gx_stage_docker(struct gx_trial *trial);
void gx_stage_final_facts(unsigned workspace);
unsigned gx_workspace_of_name(uint16_t name);

/* views.c: rules over the whole view, after each step. */
void gx_after_step(void);

#endif
