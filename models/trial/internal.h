/*
 * internal.h - for the files of the trial.
 *
 *     trial.c    phases; calls all the others
 *     setup.c    requests, rows, the gate's open() ─► stage.c: the engine ─► faults.c
 *     events.c   what follows from single events    ┐
 *     views.c    what no single event says          ┴─► rest.c: who is done, who waits
 *     arrive.c   the tasks of actors and probes
 *     final.c    the end, as facts; asks rest.c
 */
#ifndef GX_TRIAL_INTERNAL_H
#define GX_TRIAL_INTERNAL_H

#include "trial/trial.h"

/* running.c: the trial whose execution runs, for tasks and hooks, which are handed no context. Set by its set-up. */
extern struct gx_trial *gx_trial_running;

/* setup.c: gx_program.setup; and a task of the trial's own. */
enum gx_status gx_trial_setup(void *trial, struct gx_error *err);
void gx_trial_spawn(enum gx_role role, unsigned number, void (*entry)(void *), void *argument);

/* arrive.c: tasks. `actor` is an index of the scenario's, `request` an id. */
void gx_actor_main(void *actor);
void gx_probe_main(void *request);
void gx_probe_at_once(void *request);
#define GX_PROBE_AFTER_NS (3600 * 1000000000ull)

/* stage.c: names, images and what runs at the beginning, in the engine. */
void gx_stage_docker(struct gx_trial *trial);

/* trial.c: open() has returned: the actors begin. */
void gx_trial_begin(struct gx_trial *trial);

/* final.c: facts for the rules, closed by GX_F_QUIET: at quiescence; when open() does not return; when close() does not, or leaves threads. */
void gx_report_end(void);
void gx_report_open_blocked(void);
void gx_report_close(void);

/* faults.c: gx_docker_hooks.fault and .alternatives. */
unsigned gx_fault_at(void *context, unsigned label, uint16_t name);
unsigned gx_fault_or_none(const struct gx_task *task);
bool gx_fault_loses_signal(const struct gx_task *task);
void gx_fault_lost_signal(void);

/* rest.c */
bool gx_work_is_left(void);
/* Since it reached the gate a provision of its workspace has begun; or a cycle that it was coalesced into was rightly cut short. */
bool gx_is_covered(unsigned request);
/* gx_program.settled: nobody but threads of the gate can go on. */
bool gx_is_settled(void *context);
/* At rest: it waits for work by nature, or for a thread that does, or goes on without end. */
bool gx_is_daemon(const struct gx_task *task);
/* Those of the gate that still do something, bit per index, while nobody else steps: neither wait for work nor go in circles. */
uint64_t gx_threads_at_work(void);
/* What a fact about this request says of its workspace: GX_NO_WORKSPACE for request 0. */
unsigned gx_fact_workspace(unsigned request);

/* events.c, views.c: gx_program.heard, .observe and .after_step */
void gx_trial_list_heard(bool heard[GX_LABELS_END]);
void gx_trial_observe(void *trial, const struct gx_event *event);
void gx_trial_after_step(void *trial);

#endif
