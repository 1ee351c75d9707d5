/*
 * rules_events.h - hand-written lists of events, as short as the sentences that a test would tell them in.
 *
 *     SEE(request(1, GX_MANUAL, WS_A), leg_begin(1, GX_STOP), leg_done(1, GX_STOP), ...);
 *     assert_found(GX_RULE_OVERLAPPING_CYCLES, WS_A, 2, 1);
 *
 * Every fact has the shape in which the models emit it (facts/facts.h): that of a request takes its workspace from the
 * request's GX_F_REQUEST, tokens and containers are numbers that a task has drawn, the end is told workspace by workspace and closed by
 * GX_F_QUIET. The task of a fact is that of its request: request 1 runs in task 1.
 */
#ifndef GX_MODELS_RULES_EVENTS_H
#define GX_MODELS_RULES_EVENTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/mark.h"
#include "core/task.h"
#include "facts/facts.h"
#include "gatecrash/gate.h"
#include "rules/isolation.h"
#include "rules/judge.h"

enum { WS_A, WS_B, WORKSPACES };

/* The nth number that the task of a request draws (gx_task_serial()); and what was there before any task. */
#define NUMBER(request, nth) ((uint64_t)(0x1000 + (request)) << 12 | (nth))
#define TOKEN(request)       NUMBER(request, 1)
#define CONTAINER(request)   NUMBER(request, 2)
#define OLD_TOKEN            17
#define OLD_CONTAINER        1

/* ---- facts ---- */

#define OF_REQUEST UINT64_MAX /* the workspace of the request in `extra` */

static inline GX_UNUSED struct gx_event fact_of(unsigned label, unsigned request, uint64_t value)
{
	return (struct gx_event){.task = (uint16_t)request,
				 .label = (uint16_t)label,
				 .kind = GX_EVENT_FACT,
				 .extra = (uint16_t)request,
				 .object = OF_REQUEST,
				 .value = value};
}

static inline GX_UNUSED struct gx_event fact_on(unsigned label, unsigned workspace, unsigned extra, uint64_t value)
{
	return (struct gx_event){.label = (uint16_t)label,
				 .kind = GX_EVENT_FACT,
				 .extra = (uint16_t)extra,
				 .object = workspace,
				 .value = value};
}

/* The same fact by another task. */
static inline GX_UNUSED struct gx_event by_task(unsigned task, struct gx_event event)
{
	event.task = (uint16_t)task;
	return event;
}

static inline GX_UNUSED unsigned legs_of(enum gx_origin origin)
{
	switch (origin) {
	case GX_CREATE:
	case GX_RESUME:
	case GX_WAKE:
		return GX_START;
	case GX_PAUSE:
	case GX_HIBERNATE:
	case GX_DELETE:
		return GX_STOP;
	default:
		return GX_STOP | GX_START;
	}
}

static inline GX_UNUSED struct gx_event request(unsigned id, enum gx_origin origin, unsigned workspace)
{
	struct gx_event event = fact_of(GX_F_REQUEST, id, (uint64_t)origin | legs_of(origin) << 8);

	event.object = workspace;
	return event;
}

static inline GX_UNUSED struct gx_event probe(unsigned id, unsigned workspace)
{
	struct gx_event event = request(id, GX_MANUAL, workspace);

	event.value |= 1u << 16;
	return event;
}

static inline GX_UNUSED struct gx_event answer(unsigned id, enum gx_outcome outcome)
{
	return fact_of(GX_F_ANSWER, id, (uint64_t)outcome);
}

static inline GX_UNUSED struct gx_event leg_begin(unsigned id, enum gx_leg leg)
{
	return fact_of(GX_F_LEG_BEGIN, id, (uint64_t)leg);
}

static inline GX_UNUSED struct gx_event leg_end(unsigned id, enum gx_leg leg, enum gx_leg_result result)
{
	return fact_of(GX_F_LEG_END, id, (uint64_t)leg | (uint64_t)result << 8);
}

static inline GX_UNUSED struct gx_event leg_done(unsigned id, enum gx_leg leg)
{
	return leg_end(id, leg, GX_LEG_DONE);
}

static inline GX_UNUSED struct gx_event provision_begin(unsigned id)
{
	return fact_of(GX_F_PROVISION_BEGIN, id, 0);
}

static inline GX_UNUSED struct gx_event provision_end(unsigned id, bool ok)
{
	return fact_of(GX_F_PROVISION_END, id, ok);
}

static inline GX_UNUSED struct gx_event revoke_tokens(unsigned id, unsigned tokens)
{
	return fact_of(GX_F_TOKEN_REVOKE, id, tokens);
}

static inline GX_UNUSED struct gx_event mint(unsigned id)
{
	return fact_of(GX_F_TOKEN_MINT, id, TOKEN(id));
}

static inline GX_UNUSED struct gx_event write_token(unsigned id)
{
	return fact_of(GX_F_TOKEN_WRITE, id, TOKEN(id));
}

static inline GX_UNUSED struct gx_event name_conflict(unsigned id, uint64_t holder)
{
	return fact_of(GX_F_NAME_CONFLICT, id, holder);
}

static inline GX_UNUSED struct gx_event made(unsigned id)
{
	return fact_of(GX_F_CONTAINER_MADE, id, CONTAINER(id));
}

static inline GX_UNUSED struct gx_event started(unsigned id)
{
	return fact_of(GX_F_CONTAINER_STARTED, id, CONTAINER(id));
}

static inline GX_UNUSED struct gx_event removes(unsigned id, uint64_t container)
{
	return fact_of(GX_F_CONTAINER_REMOVED, id, container);
}

static inline GX_UNUSED struct gx_event somebody_removes(unsigned workspace, uint64_t container)
{
	return by_task(9, fact_on(GX_F_CONTAINER_REMOVED, workspace, 0, container));
}

/* A whole leg. */
#define STOP_LEG(id)        leg_begin(id, GX_STOP), leg_done(id, GX_STOP)
#define START_LEG_BEGIN(id) leg_begin(id, GX_START), provision_begin(id)
#define START_LEG_END(id)   provision_end(id, true), leg_done(id, GX_START)
#define START_LEG_FAILS(id) provision_end(id, false), leg_end(id, GX_START, GX_LEG_FAILED)
#define START_LEG(id)       START_LEG_BEGIN(id), START_LEG_END(id)
#define CYCLE(id)           STOP_LEG(id), START_LEG(id)
/* P3 to P5. */
#define REPLACES_BEARER(id) revoke_tokens(id, 1), mint(id), write_token(id)

/* ---- the end ---- */

static inline GX_UNUSED struct gx_event blocked(unsigned task, unsigned request, unsigned workspace)
{
	return by_task(task, fact_on(GX_F_FINAL_BLOCKED, workspace, request, 0x1000 + task));
}

static inline GX_UNUSED struct gx_event final_row(unsigned workspace, enum gx_row_status status, bool url)
{
	return fact_on(GX_F_FINAL_ROW, workspace, (unsigned)status, url);
}

static inline GX_UNUSED struct gx_event final_tokens(unsigned workspace, unsigned count, uint64_t newest)
{
	return fact_on(GX_F_FINAL_TOKENS, workspace, count, newest);
}

static inline GX_UNUSED struct gx_event final_file(unsigned workspace, uint64_t token)
{
	return fact_on(GX_F_FINAL_FILE, workspace, 0, token);
}

static inline GX_UNUSED struct gx_event final_container(unsigned workspace, uint64_t container, bool running)
{
	return fact_on(GX_F_FINAL_CONTAINER, workspace, running, container);
}

static inline GX_UNUSED struct gx_event final_held(unsigned workspace, uint64_t token)
{
	return fact_on(GX_F_FINAL_HELD, workspace, 0, token);
}

static inline GX_UNUSED struct gx_event final_secret(unsigned workspace, unsigned version)
{
	return fact_on(GX_F_FINAL_SECRET, workspace, 0, version);
}

enum {
	NO_EXCUSE = 0,
	FAULT_STRUCK = 1 << 8,
	FAULT_STRUCK_B = 1 << 9,
	NO_BACKEND = 1 << 16,
	NO_BACKEND_B = 1 << 17,
	ONLY_BLOCKED = 4
};

static inline GX_UNUSED struct gx_event quiet(unsigned excuses)
{
	return fact_on(GX_F_QUIET, GX_NO_WORKSPACE, 0, excuses);
}

static inline GX_UNUSED struct gx_event probe_result(unsigned id, bool reached)
{
	struct gx_event event = fact_of(GX_F_PROBE_RESULT, id, reached);

	event.task = 0;
	return event;
}

/* A workspace at its best: online, one container that runs, one bearer in three places, the secrets' version that it was made with. */
#define FINAL_WELL(workspace, secrets)                                                             \
	final_row(workspace, GX_ROW_ONLINE, true), final_tokens(workspace, 1, OLD_TOKEN),          \
		final_file(workspace, OLD_TOKEN), final_container(workspace, OLD_CONTAINER, true), \
		final_held(workspace, OLD_TOKEN), final_secret(workspace, secrets)
/* The same without a container. */
#define FINAL_DOWN(workspace, status) \
	final_row(workspace, status, false), final_tokens(workspace, 0, 0), final_file(workspace, 0)
#define ALL_WELL FINAL_WELL(WS_A, 0), FINAL_WELL(WS_B, 0), quiet(NO_EXCUSE)

/* ---- an rule at work ---- */

#define FOUND_MAX 32

static struct {
	struct gx_rules *rules;
	uint8_t workspace_of[GX_REQUESTS_MAX + 1];
	uint32_t step;
	struct gx_finding found[FOUND_MAX];
	unsigned count;
	unsigned looked_at; /* of those found, by assert_found() */
} seen;

static inline GX_UNUSED void on_found(void *context, const struct gx_finding *finding)
{
	assert_ptr_equal(context, &seen);
	assert_true(seen.count < FOUND_MAX);
	seen.found[seen.count++] = *finding;
}

static inline GX_UNUSED int begin(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	gx_marks_clear();
	seen.rules = calloc(1, gx_rules_size(WORKSPACES, GX_REQUESTS_MAX));
	assert_non_null(seen.rules);
	gx_rules_init(seen.rules, WORKSPACES, GX_REQUESTS_MAX, on_found, &seen);
	return 0;
}

/* What a test has not asserted must not have been found. */
static inline GX_UNUSED int end(void **state)
{
	(void)state;
	free(seen.rules);
	seen.rules = NULL;
	assert_int_equal(seen.looked_at, seen.count);
	return 0;
}

static inline GX_UNUSED void see(const struct gx_event *events, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct gx_event event = events[i];

		if (event.label == GX_F_REQUEST)
			seen.workspace_of[event.extra] = (uint8_t)event.object;
		if (event.object == OF_REQUEST)
			event.object = seen.workspace_of[event.extra];
		event.step = ++seen.step;
		gx_rules_observe(seen.rules, &event);
	}
}

#define SEE(...)                                    \
	see((const struct gx_event[]){__VA_ARGS__}, \
	    sizeof((const struct gx_event[]){__VA_ARGS__}) / sizeof(struct gx_event))

#define assert_silent() assert_int_equal(seen.count, seen.looked_at)

/* The next finding that no assert has looked at yet. */
#define next_found() \
	(assert_true(seen.looked_at < seen.count), (const struct gx_finding *)&seen.found[seen.looked_at++])

/* The next finding is this one: the rule, the workspace, who broke it, who else was involved. */
#define assert_found(broken, where, who, other)                                                     \
	do {                                                                                        \
		const struct gx_finding *next_ = next_found();                                      \
		assert_string_equal(gx_rule_name((enum gx_rule)next_->rule), gx_rule_name(broken)); \
		assert_int_equal(next_->workspace, where);                                          \
		assert_int_equal(next_->requests[0], who);                                          \
		assert_int_equal(next_->requests[1], other);                                        \
	} while (0)

/* What was to be silent has come to this branch of the rule: it has been judged innocent, not overlooked. */
#define reaches(mark)                         \
	do {                                  \
		if (!gx_mark_hits(mark))      \
			fail_msg("no " mark); \
	} while (0)

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

/* ---- messages ---- */

static inline GX_UNUSED const char *name_of_request(void *context, unsigned id)
{
	static const char *const names[] = {"", "manual-restart#1", "manual-restart#2", "secret-write#1"};

	(void)context;
	assert_in_range(id, 1, 3);
	return names[id];
}

static inline GX_UNUSED const char *name_of_task(void *context, unsigned task)
{
	static char text[32];

	(void)context;
	snprintf(text, sizeof(text), "task%u", task);
	return text;
}

/* What is said of the finding that an assert has looked at last. */
static inline GX_UNUSED const char *message(void)
{
	static const char *const workspaces[] = {"ws-a", "ws-b"};
	static const struct gx_message_names names = {.workspaces = workspaces,
						      .workspace_count = WORKSPACES,
						      .request = name_of_request,
						      .task = name_of_task};
	static char text[512];

	assert_true(seen.looked_at);
	gx_finding_message(&seen.found[seen.looked_at - 1], &names, text, sizeof(text));
	return text;
}

#define assert_says(text) assert_string_equal(message(), text)

#endif
