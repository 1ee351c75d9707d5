/*
 * trial.h - one execution of a scenario with a gate, from open to close.
 *
 *     scenario + gate ─► gx_trial_init() ─► struct gx_program for the scheduler
 *
 *     OPEN ─► RUN ─► BEAT ─► judge ─► PROBE ... ─► CLOSE ─► over
 *     each arrow: nobody who matters can step any more (core's at_rest); the first: open() has returned
 *
 * Threads that the gate has made go on through all of them. They keep no phase from its end once they wait for work, or go round in
 * circles in which nothing happens (rest.c).
 *
 * OPEN runs the gate's open(). RUN lets the actors arrive. BEAT lets every running container beat once more (in reality they
 * beat for ever; what that heals is healed). Then the final facts are emitted and the rules judge. PROBE: a virtual hour later one
 * manual restart per workspace, an hour after that a programmatic one; each has to reach its first leg, which then does nothing.
 * CLOSE runs the gate's close(). A scenario in which the server ends (GX_ACTOR_IS_SERVER) has no probes.
 */
#ifndef GX_TRIAL_TRIAL_H
#define GX_TRIAL_TRIAL_H

#include "core/sched.h"
#include "rules/rules.h"
#include "scenario/scenario.h"
#include "service/service.h"

enum gx_phase { GX_PHASE_OPEN, GX_PHASE_RUN, GX_PHASE_BEAT, GX_PHASE_PROBE, GX_PHASE_CLOSE };

/* The trial's part of the world's shared area, beside those of the service, the docker engine and the rules. */
struct gx_trial_state {
	uint8_t phase; /* enum gx_phase */
	uint8_t probe; /* index of the probe that runs */
	uint8_t opened;
	uint8_t troubled;     /* a deadlock was found or a probe did not get through: the gate is not closed */
	uint8_t wait_cycle;   /* reported */
	uint8_t hour;         /* the hour before the next probe is over */
	uint8_t drained;      /* seen, and who still works then has been marked */
	uint8_t fault_struck; /* bit per workspace: in a leg of it */
	uint8_t faults_left[GX_FAULTS_MAX];
};

/*
 * A scenario with a gate, ready to be loaded. Not in the world: constant while executions run, but for what is collected. Tasks keep
 * addresses of it on their stacks, which are hashed: so it is a static object, in one place for all callers of a program, with a copy
 * of the scenario in it.
 */
/* A variable that was raced for, by a line (0: not known), and which race of the program that was; so many of them are told apart. */
enum { GX_RACED_MAX = 64, GX_RACES_TOLD = 8 };
struct gx_raced {
	uint64_t object;
	uint64_t code;
	unsigned nth;
};

struct gx_trial {
	struct gx_scenario kept;
	const struct gx_scenario *scenario; /* the copy */
	const struct gx_gate *gate;
	/* Plugins: adopt the writable segments; called by set-up. NULL for a gate that is linked in. */
	enum gx_status (*adopt)(void *plugin, struct gx_error *err);
	void *plugin;

	struct gx_program program;
	bool heard[GX_LABELS_END]; /* gx_program.heard, unless somebody follows */

	/* Set by set-up. */
	struct gx_places places;
	struct gx_trial_state *state; /* these two in the world */
	struct gx_rules *rules;
	bool ends_server;
	uint8_t request_of[GX_ACTORS_MAX]; /* request id by actor; 0: it sends none */

	/* While collecting: the first finding of each rule and workspace of the execution that runs. */
	struct gx_finding *findings;
	unsigned finding_capacity;
	unsigned finding_count;

	struct gx_raced raced[GX_RACED_MAX];
	unsigned raced_count;
	unsigned races;
	struct gx_finding race_seen[GX_RACES_TOLD]; /* each, as it showed first */

	unsigned asked; /* the request of which isolation is asked, from after_step() to the answer */

	/* gx_trial_follow() */
	void (*follow)(void *context, const struct gx_event *event);
	void *follow_context;
};

/* Call follow(context, ...) for every event from now on: a name book that follows. NULL: nobody any more. */
void gx_trial_follow(struct gx_trial *trial, void (*follow)(void *context, const struct gx_event *event),
		     void *context);

/* Prepare `trial`, a static object, for a scenario, which is copied, and a gate, which must outlive it. Then gx_sched_load(&trial->program): one trial at a time. */
void gx_trial_init(struct gx_trial *trial, const struct gx_scenario *scenario, const struct gx_gate *gate);

#endif
