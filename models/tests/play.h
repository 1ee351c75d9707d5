/*
 * play.h - one execution of a scenario with a gate, told step by step; what the tests of steps and of the gate's contract share.
 *
 *     play("workspaces: [{name: ws-a}]\nactors: [{do: manual-restart, on: ws-a}]\n", &gx_gate_none);
 *     assert_does("manual-restart#1", "row.read", "row.write", "docker.remove", ...);
 *
 * An execution takes the default choice at each point, after the steps of the interleaving `it` if the scenario has one. Without `it` a
 * fault of the scenario strikes whenever it can. Of a request to the engine only the first step is told.
 */
#ifndef GX_MODELS_TESTS_PLAY_H
#define GX_MODELS_TESTS_PLAY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/world.h"
#include "explore/explore.h"
#include "gates/gates.h"
#include "scenario/file.h"
#include "service/labels.h"
#include "service/service.h"
#include "story/names.h"

enum { PLAY_EVENTS = 4096, PLAY_TEXT = 2048, PLAY_FINDINGS = 64 };

/* An event, whose it was, and the first workspace's row as it was then. */
struct play_event {
	struct gx_event event;
	char task[48];
	struct gx_workspace row;
};

static struct {
	struct gx_trial trial;
	struct gx_scenario_file *file;
	struct gx_name_book book;
	struct gx_finding findings[PLAY_FINDINGS];
	struct play_event events[PLAY_EVENTS];
	unsigned count;
} played;

/* ---- an execution ---- */

static inline GX_UNUSED void play_follow(void *context, const struct gx_event *event)
{
	struct play_event *seen = &played.events[played.count];

	(void)context;
	gx_name_book_follow(&played.book, event);
	if (played.count == PLAY_EVENTS)
		return;
	played.count++;
	seen->event = *event;
	snprintf(seen->task, sizeof(seen->task), "%s", gx_name_book_task(&played.book, event->task));
	seen->row = gx_service()->workspaces[0];
}

static inline GX_UNUSED void play_name(void *context, unsigned task, char *text, size_t size)
{
	(void)context;
	snprintf(text, size, "%s", gx_name_book_task(&played.book, task));
}

static inline GX_UNUSED void play_load(const char *lines, const struct gx_gate *gate)
{
	struct gx_error err;
	char text[PLAY_TEXT];
	int size = snprintf(text, sizeof(text), "name: x\n%s", lines);

	assert_in_range(size, 0, PLAY_TEXT - 1);
	gx_scenario_free(played.file);
	played.file = NULL;
	if (gx_world_open(&err) != GX_OK ||
	    gx_scenario_parse(&played.file, "x.yaml", text, (size_t)size, &err) != GX_OK)
		fail_msg("%s", err.text);
	gx_trial_init(&played.trial, &played.file->scenario, gate);
	played.trial.findings = played.findings;
	played.trial.finding_capacity = PLAY_FINDINGS;
	if (gx_sched_load(&played.trial.program, &err) != GX_OK)
		fail_msg("%s", err.text);
	gx_sched_reset();
	gx_name_book_init(&played.book, &played.trial);
	played.count = 0;
	gx_trial_follow(&played.trial, play_follow, NULL);
}

/* The default choice; but a fault that can strike strikes. */
static inline GX_UNUSED struct gx_choice play_choice(const struct gx_choice *options, unsigned count)
{
	for (unsigned i = 0; i < count && played.file->scenario.fault_count; i++)
		if (options[i].task == options[0].task && options[i].alternative == 1)
			return options[i];
	return options[0];
}

static inline GX_UNUSED void play(const char *lines, const struct gx_gate *gate)
{
	const struct gx_interleaving *script;
	struct gx_replay replay = {.namer = play_name};
	struct gx_path whole = {0};
	struct gx_choice options[GX_OPTIONS_MAX];
	struct gx_error err;
	unsigned count;

	play_load(lines, gate);
	script = gx_scenario_interleaving(played.file, "it");
	if (script) {
		if (gx_replay_recipe(&replay, script->steps, script->step_count, &whole, &err) != GX_OK)
			fail_msg("%s", err.text);
		gx_path_release(&whole);
	}
	while ((count = gx_sched_options(options)) != 0)
		gx_sched_step(play_choice(options, count));
	assert_true(played.count < PLAY_EVENTS);
}

/* ---- what was done ---- */

/* Steps that are not the first one of a request to the engine, and those that say nothing of the service. */
static inline GX_UNUSED bool play_is_told(const struct gx_event *event)
{
	switch (event->label) {
	case GX_L_DOCKER_CREATE_REGISTER:
	case GX_L_DOCKER_START:
	case GX_L_DOCKER_REMOVE_MARK:
	case GX_L_DOCKER_REMOVE_KILL:
	case GX_L_DOCKER_REMOVE_DEREGISTER:
	case GX_L_DOCKER_REMOVE_RELEASE:
	case GX_L_TASK_BEGIN:
		return false;
	default:
		return event->kind == GX_EVENT_STEP;
	}
}

/* "docker.remove" for docker.remove.lookup. */
static inline GX_UNUSED const char *play_word(unsigned label)
{
	switch (label) {
	case GX_L_DOCKER_CREATE_RESERVE:
		return "docker.create";
	case GX_L_DOCKER_START_CHECK:
		return "docker.start";
	case GX_L_DOCKER_REMOVE_LOOKUP:
		return "docker.remove";
	default:
		return gx_label_name(label);
	}
}

static inline GX_UNUSED void play_fail(const char *task, const char *what, const char *word)
{
	print_message("%s does:", task);
	for (unsigned i = 0; i < played.count; i++)
		if (!strcmp(played.events[i].task, task) && play_is_told(&played.events[i].event))
			print_message(" %s", play_word(played.events[i].event.label));
	print_message("\n");
	fail_msg("%s %s %s", task, what, word);
}

static inline GX_UNUSED void play_compare(const char *task, const char *const *words, unsigned count)
{
	unsigned next = 0;

	for (unsigned i = 0; i < played.count; i++) {
		const char *word = play_word(played.events[i].event.label);

		if (strcmp(played.events[i].task, task) != 0 || !play_is_told(&played.events[i].event))
			continue;
		if (next == count || strcmp(words[next], word) != 0)
			play_fail(task, "should not now do", word);
		next++;
	}
	if (next < count)
		play_fail(task, "should go on with", words[next]);
}

/* All steps of a task, in their order. */
#define assert_does(task, ...)                                 \
	play_compare(task, (const char *const[]){__VA_ARGS__}, \
		     sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
#define assert_does_nothing(task) play_compare(task, NULL, 0)

/* The nth fact with this label, from 0; NULL if there are not so many. */
static inline GX_UNUSED const struct play_event *nth_fact(unsigned label, unsigned nth)
{
	for (unsigned i = 0; i < played.count; i++)
		if (played.events[i].event.kind == GX_EVENT_FACT && played.events[i].event.label == label && !nth--)
			return &played.events[i];
	return NULL;
}

static inline GX_UNUSED unsigned count_facts(unsigned label)
{
	unsigned count = 0;

	while (nth_fact(label, count))
		count++;
	return count;
}

/* The value of the only fact with this label. */
static inline GX_UNUSED uint64_t value_of(unsigned label)
{
	if (count_facts(label) != 1)
		fail_msg("%u facts %s", count_facts(label), gx_label_name(label));
	return nth_fact(label, 0)->event.value;
}

/* The answers to a task's requests to the engine: "204 404 201". */
static inline GX_UNUSED const char *answers_to(const char *task)
{
	static char text[256];
	int at = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < played.count; i++)
		if (played.events[i].event.label == GX_L_DOCKER_ANSWER && !strcmp(played.events[i].task, task))
			at += snprintf(text + at, sizeof(text) - (size_t)at, "%s%u", at ? " " : "",
				       played.events[i].event.extra);
	return text;
}

/* The row and the containers of the only workspace at the end. */
static inline GX_UNUSED const char *final_status(void)
{
	assert_int_equal(count_facts(GX_F_FINAL_ROW), 1);
	return gx_row_status_name((enum gx_row_status)nth_fact(GX_F_FINAL_ROW, 0)->event.extra);
}

/* The findings of the execution are exactly these rules, each once or more. */
static inline GX_UNUSED void assert_finds_rules(const enum gx_rule *rules, unsigned count)
{
	unsigned known = 0;

	for (unsigned i = 0; i < played.trial.finding_count; i++) {
		unsigned k = 0;

		while (k < count && rules[k] != played.findings[i].rule)
			k++;
		if (k == count)
			fail_msg("found: %s", gx_rule_name((enum gx_rule)played.findings[i].rule));
		known |= 1u << k;
	}
	for (unsigned k = 0; k < count; k++)
		if (!(known >> k & 1))
			fail_msg("not found: %s", gx_rule_name(rules[k]));
}

#define assert_finds(...)                                       \
	assert_finds_rules((const enum gx_rule[]){__VA_ARGS__}, \
			   sizeof((const enum gx_rule[]){__VA_ARGS__}) / sizeof(enum gx_rule))
#define assert_finds_nothing() assert_finds_rules(NULL, 0)

#endif
