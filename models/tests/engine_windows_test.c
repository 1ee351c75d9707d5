/*
 * The windows of the engine: what two or three clients of one name can be answered, all interleavings of their requests searched.
 *
 *     plays(&(struct play){.stage = GX_DOCKER_EXITED, .clients = {{START}, {START}}});
 *     assert_ends("204 | 204 => running, 1 started",  ...);
 *
 * An end is what each client was answered, in order, and what became of the name. Real engines were observed to give the rare ones, too; a
 * model that makes one step of two can no longer give them. Which step a window belongs to is said by the test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/sched.h"
#include "core/world.h"
#include "docker/engine.h"
#include "explore/explore.h"
#include "service/service.h"

enum { CLIENTS = 3, REQUESTS = 4, ANSWERS_MAX = 9, TEXT = 128 };

/* What a client asks for; the container is "ws-a" unless the name says something else. */
enum ask {
	NOTHING,
	CREATE,
	CREATE_RENAMED, /* one that is called as RENAME calls it */
	START,
	STOP,
	KILL,
	REMOVE,
	REMOVE_FORCE,
	INSPECT,
	INSPECT_OLD, /* by the id of the container that was there at first */
	LIST,
	RENAME,
	WAIT_REMOVED,
	ARCHIVE,
	VOLUME_REMOVE,
	EXIT /* no request: its process ends by itself */
};

struct play {
	enum gx_docker_status stage; /* of the container at first; GX_DOCKER_ABSENT: there is none */
	unsigned traits;
	unsigned options;
	enum ask clients[CLIENTS][REQUESTS];
};

/* An answer in five bits: a status, what became of a process, or what inspect and list say of the container. */
static const unsigned statuses[] = {0, 200, 201, 204, 304, 404, 409, 500};
enum { OVER = sizeof(statuses) / sizeof(statuses[0]), AGAIN, FIRST_STATE, WORD_BITS = 5, FLAG_BITS = 5 };
_Static_assert(FIRST_STATE + GX_DOCKER_DEAD < 1 << WORD_BITS, "an answer has five bits");

enum { OLD = 1 };

static struct {
	const struct play *play;
	struct gx_program program;
	struct gx_docker_spec spec;
	struct gx_docker_spec renamed;
	struct gx_explored seen; /* large */
} stand;

/* Of the world. */
static struct shared {
	struct gx_docker engine;
	uint8_t answers[CLIENTS][REQUESTS];
	uint8_t started;
	uint8_t revived; /* a process began although a removal was under way */
	uint8_t stray;   /* a signal or an end for another process than the one that was there when the stop came */
	uint8_t signalled
		[CLIENTS]; /* the run, counted from 1, that a client's stop has sent its signal to; 0: it stops nobody */
} * shared;

/* ---- clients ---- */

static uint8_t word_of(unsigned status)
{
	uint8_t word = 1;

	while (word < OVER - 1 && statuses[word] != status)
		word++;
	return word;
}

static uint8_t list(void)
{
	struct gx_docker_filter filter = {.leader = stand.spec.name, .all = true};
	struct gx_docker_entry entry = {.state = GX_DOCKER_ABSENT};

	gx_docker_list(&shared->engine, &filter, &entry, 1);
	return (uint8_t)(FIRST_STATE + entry.state);
}

static uint8_t inspect(struct gx_docker_ref ref)
{
	struct gx_docker_answer answer = gx_docker_inspect(&shared->engine, ref);

	return answer.status == 200 ? (uint8_t)(FIRST_STATE + answer.state) : word_of(answer.status);
}

static uint8_t ask(enum ask what)
{
	struct gx_docker *engine = &shared->engine;
	struct gx_docker_ref ref = gx_docker_by_name(stand.spec.name);

	switch (what) {
	case NOTHING:
		break;
	case CREATE:
		return word_of(gx_docker_create(engine, &stand.spec).status);
	case CREATE_RENAMED:
		return word_of(gx_docker_create(engine, &stand.renamed).status);
	case START:
		return word_of(gx_docker_start(engine, ref).status);
	case STOP:
		return word_of(gx_docker_stop(engine, ref).status);
	case KILL:
		return word_of(gx_docker_kill(engine, ref, 9).status);
	case REMOVE:
		return word_of(gx_docker_remove(engine, ref, false).status);
	case REMOVE_FORCE:
		return word_of(gx_docker_remove(engine, ref, true).status);
	case INSPECT:
		return inspect(ref);
	case INSPECT_OLD:
		return inspect(gx_docker_by_id(OLD));
	case LIST:
		return list();
	case RENAME:
		return word_of(gx_docker_rename(engine, ref, stand.renamed.name).status);
	case WAIT_REMOVED:
		return word_of(gx_docker_wait(engine, ref, GX_DOCKER_UNTIL_REMOVED).status);
	case ARCHIVE:
		return word_of(gx_docker_put_archive(engine, ref, 1, 1).status);
	case VOLUME_REMOVE:
		return word_of(gx_docker_volume_remove(engine, stand.spec.volumes[0], false).status);
	case EXIT:
		return gx_docker_exited(engine, OLD, 0) ? AGAIN : OVER;
	}
	return 0;
}

static void client_main(void *argument)
{
	unsigned client = (unsigned)(uintptr_t)argument - 1;

	for (unsigned i = 0; i < REQUESTS && stand.play->clients[client][i]; i++) {
		shared->answers[client][i] = ask(stand.play->clients[client][i]);
		shared->signalled[client] = 0;
		gx_scrub_stack();
	}
}

static void on_started(void *context, uint64_t container, uint16_t name)
{
	const struct gx_docker_container *c = gx_docker_peek(&shared->engine, container);

	(void)context;
	(void)name;
	shared->started++;
	if (c->flags & (GX_DOCKER_F_REMOVING | GX_DOCKER_F_DEAD))
		shared->revived = 1;
}

static void on_signalled(void *context, uint64_t container, uint16_t name, unsigned signal)
{
	(void)context;
	(void)name;
	(void)signal;
	shared->signalled[gx_task_self()->number - 1] = (uint8_t)(shared->started + 1);
	if (gx_docker_peek(&shared->engine, container)->flags & GX_DOCKER_F_RESTARTING)
		shared->stray = 1; /* between two runs there is nobody to get it */
}

static void on_exited(void *context, uint64_t container, uint16_t name)
{
	uint8_t run = shared->signalled[gx_task_self()->number - 1];

	(void)context;
	(void)container;
	(void)name;
	if (run && run != shared->started + 1)
		shared->stray = 1;
}

static const struct gx_docker_hooks hooks = {.started = on_started, .exited = on_exited, .signalled = on_signalled};

/* ---- a play ---- */

static enum gx_status set_up(void *context, struct gx_error *err)
{
	const struct play *play = context;

	(void)err;
	shared = gx_world_shared(sizeof(*shared));
	gx_docker_init(&shared->engine, &hooks, GX_DOCKER_E28, play->options);
	if (play->stage != GX_DOCKER_ABSENT)
		gx_docker_place(&shared->engine, OLD, &stand.spec, play->stage);
	for (unsigned i = 0; i < CLIENTS && play->clients[i][0]; i++)
		gx_task_autoreap(gx_task_spawn(GX_ROLE_ACTOR, i + 1, client_main, (void *)(uintptr_t)(i + 1)));
	return GX_OK;
}

/* The answers of all clients one after the other, then the state of whoever holds the name, then what the hook has seen. */
static bool at_rest(void *context)
{
	const struct play *play = context;
	const struct gx_docker_container *c = gx_docker_peek_name(&shared->engine, stand.spec.name);
	uint64_t key = 1;

	for (unsigned i = 0; i < CLIENTS; i++)
		for (unsigned k = 0; k < REQUESTS && play->clients[i][k]; k++)
			key = key << WORD_BITS | shared->answers[i][k];
	key = key << WORD_BITS | (FIRST_STATE + (unsigned)(c ? gx_docker_state_of(c) : GX_DOCKER_ABSENT));
	gx_explore_hit(key << FLAG_BITS | (uint64_t)shared->stray << 4 | (uint64_t)shared->revived << 3 |
		       shared->started);
	return false;
}

static unsigned count_answers(const struct play *play)
{
	unsigned count = 0;

	for (unsigned i = 0; i < CLIENTS; i++)
		for (unsigned k = 0; k < REQUESTS && play->clients[i][k]; k++)
			count++;
	return count;
}

static int print_word(char *text, size_t size, uint64_t word)
{
	if (word < OVER)
		return snprintf(text, size, "%u", statuses[word]);
	if (word < FIRST_STATE)
		return snprintf(text, size, word == OVER ? "over" : "again");
	return snprintf(text, size, "%s", gx_docker_status_name((enum gx_docker_status)(word - FIRST_STATE)));
}

/* "204 | 304 => exited, 1 started" */
static void describe(uint64_t key, char text[TEXT])
{
	const struct play *play = stand.play;
	unsigned shift = FLAG_BITS + WORD_BITS * count_answers(play);
	uint64_t mask = (1u << WORD_BITS) - 1;
	int at = 0;

	for (unsigned i = 0; i < CLIENTS && play->clients[i][0]; i++)
		for (unsigned k = 0; k < REQUESTS && play->clients[i][k]; k++) {
			at += snprintf(text + at, TEXT - (size_t)at, "%s", k ? " " : i ? " | " : "");
			at += print_word(text + at, TEXT - (size_t)at, key >> shift & mask);
			shift -= WORD_BITS;
		}
	at += snprintf(text + at, TEXT - (size_t)at, " => ");
	at += print_word(text + at, TEXT - (size_t)at, key >> FLAG_BITS & mask);
	if (key & 7)
		at += snprintf(text + at, TEXT - (size_t)at, ", %u started", (unsigned)(key & 7));
	if (key & 8)
		at += snprintf(text + at, TEXT - (size_t)at, " while removed");
	if (key & 16)
		snprintf(text + at, TEXT - (size_t)at, ", the wrong one stopped");
}

/* Search every interleaving of a play. */
static void plays(const struct play *play)
{
	struct gx_explore_options options = {.strategy = &gx_strategy_exhaustive};
	struct gx_error err;
	uint16_t name = gx_docker_intern("ws-a");

	assert_true(count_answers(play) <= ANSWERS_MAX);
	stand.play = play;
	stand.spec = (struct gx_docker_spec){.name = name,
					     .volumes = {gx_docker_intern_with(name, "ws-a-configs")},
					     .traits = (uint8_t)play->traits};
	stand.renamed = stand.spec;
	stand.renamed.name = gx_docker_intern_with(name, "ws-a-renamed");
	stand.program = (struct gx_program){
		.context = (void *)(uintptr_t)play,
		.setup = set_up,
		.at_rest = at_rest,
		.steps_max = 1000,
		.time_ns_max = 1,
	};
	gx_explored_release(&stand.seen);
	if (gx_world_open(&err) != GX_OK || gx_sched_load(&stand.program, &err) != GX_OK ||
	    gx_explore(&stand.seen, &options, &err) != GX_OK)
		fail_msg("%s", err.text);
	assert_true(stand.seen.complete && stand.seen.hit_count < GX_HITS_MAX);
}

static bool can_end(const char *end)
{
	char text[TEXT];

	for (unsigned i = 0; i < stand.seen.hit_count; i++) {
		describe(stand.seen.hits[i].key, text);
		if (!strcmp(text, end))
			return true;
	}
	return false;
}

static void fail_with_ends(const char *what, const char *end)
{
	char text[TEXT];

	for (unsigned i = 0; i < stand.seen.hit_count; i++) {
		describe(stand.seen.hits[i].key, text);
		print_message("	can end: %s\n", text);
	}
	fail_msg("%s: %s", what, end);
}

static void can_end_so(const char *const *ends, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!can_end(ends[i]))
			fail_with_ends("it cannot end so", ends[i]);
}

/* No other end than these. */
static void ends_so_only(const char *const *ends, unsigned count)
{
	char text[TEXT];

	for (unsigned i = 0; i < stand.seen.hit_count; i++) {
		unsigned k = 0;

		describe(stand.seen.hits[i].key, text);
		while (k < count && strcmp(text, ends[k]) != 0)
			k++;
		if (k == count)
			fail_with_ends("it can end so, too", text);
	}
}

#define ENDS(...)           (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)
#define assert_can_end(...) can_end_so(ENDS(__VA_ARGS__))
#define assert_ends(...)                         \
	do {                                     \
		can_end_so(ENDS(__VA_ARGS__));   \
		ends_so_only(ENDS(__VA_ARGS__)); \
	} while (0)

/* ---- the name ---- */

static void a_create_that_is_refused_may_be_followed_by_a_look_up_that_finds_nobody(void **state)
{
	(void)state;
	/* A create takes the name before it shows the container: for some ms the name is in use by nobody. */
	plays(&(struct play){.clients = {{CREATE}, {CREATE, INSPECT}}});
	assert_ends("201 | 409 created => created", "201 | 409 404 => created", "409 | 201 created => created");
}

static void a_container_that_cannot_be_removed_yet_may_be_in_the_way_of_a_create(void **state)
{
	(void)state;
	/* The same window, met by a service that removes what is there before it creates. */
	plays(&(struct play){.clients = {{CREATE}, {REMOVE, CREATE}}});
	assert_ends("201 | 204 201 => created", "201 | 404 409 => created", "409 | 404 201 => created");
}

static void a_look_up_that_finds_nobody_may_be_followed_by_a_create_that_is_refused(void **state)
{
	(void)state;
	/* moby#37698: a removal forgets the container before it gives the name back. */
	plays(&(struct play){.stage = GX_DOCKER_EXITED, .clients = {{REMOVE}, {INSPECT, CREATE}}});
	assert_ends("204 | exited 409 => absent", "204 | exited 201 => created", "204 | removing 409 => absent",
		    "204 | removing 201 => created", "204 | 404 409 => absent", "204 | 404 201 => created");
}

static void whoever_gets_the_name_finds_no_trace_of_the_container_that_had_it(void **state)
{
	(void)state;
	/* The name is given back last: after a 201 the old one is not known by its id either. */
	plays(&(struct play){.stage = GX_DOCKER_EXITED, .clients = {{REMOVE}, {CREATE, INSPECT_OLD}}});
	assert_ends("204 | 201 404 => created", "204 | 409 exited => absent", "204 | 409 removing => absent",
		    "204 | 409 404 => absent");
}

static void who_has_waited_for_a_removal_finds_the_name_free(void **state)
{
	(void)state;
	/* The one way to be sure; who comes too late to wait is answered 404, and may still be refused. */
	plays(&(struct play){.stage = GX_DOCKER_EXITED, .clients = {{REMOVE}, {WAIT_REMOVED, CREATE}}});
	assert_ends("204 | 200 201 => created", "204 | 404 201 => created", "204 | 404 409 => absent");
}

static void while_a_container_is_renamed_both_names_are_taken(void **state)
{
	(void)state;
	/* Puts the new name in, then takes the old one out. */
	plays(&(struct play){.stage = GX_DOCKER_EXITED,
			     .options = GX_DOCKER_LOCKS,
			     .clients = {{RENAME}, {CREATE_RENAMED, CREATE}}});
	assert_ends("204 | 409 201 => created", "204 | 409 409 => absent", "409 | 201 409 => exited");
}

static void a_container_that_is_being_removed_can_be_renamed_and_its_old_name_taken(void **state)
{
	(void)state;
	/* Then the removal goes on under the new name, and the first container is still there after the create. */
	plays(&(struct play){.stage = GX_DOCKER_EXITED, .clients = {{REMOVE}, {RENAME, CREATE, INSPECT_OLD}}});
	assert_ends("204 | 204 201 exited => created", "404 | 204 201 exited => created",
		    "204 | 204 201 exited => absent", "204 | 204 201 removing => created",
		    "204 | 204 201 404 => created", "204 | 404 201 404 => created", "204 | 404 409 404 => absent");
}

static void of_two_renames_to_one_name_one_finds_the_container_gone_from_its_old_name(void **state)
{
	(void)state;
	plays(&(struct play){.stage = GX_DOCKER_EXITED, .clients = {{RENAME}, {RENAME}}});
	assert_ends("204 | 404 => absent", "404 | 204 => absent");
}

/* ---- start ---- */

static void two_starts_may_both_be_answered_204_for_one_process(void **state)
{
	(void)state;
	/* The state is tested first, and again once the lock is held. */
	plays(&(struct play){.stage = GX_DOCKER_EXITED, .clients = {{START}, {START}}});
	assert_ends("204 | 304 => running, 1 started", "304 | 204 => running, 1 started",
		    "204 | 204 => running, 1 started");
}

static void a_start_and_a_removal_of_one_container_exclude_each_other(void **state)
{
	(void)state;
	/* 409: running, or marked for removal. */
	plays(&(struct play){.stage = GX_DOCKER_EXITED, .clients = {{START}, {REMOVE}}});
	assert_ends("204 | 409 => running, 1 started", "409 | 204 => absent", "404 | 204 => absent");
}

static void a_start_does_not_revive_what_is_being_removed(void **state)
{
	(void)state;
	/* A 204 does not mean that it still exists; but no process begins once the removal has. */
	plays(&(struct play){.stage = GX_DOCKER_EXITED, .clients = {{START}, {REMOVE_FORCE}}});
	assert_ends("204 | 204 => absent, 1 started", "409 | 204 => absent", "404 | 204 => absent");
}

static void a_start_of_what_is_being_killed_by_its_removal_finds_it_running_or_marked_or_gone(void **state)
{
	(void)state;
	plays(&(struct play){.stage = GX_DOCKER_RUNNING, .clients = {{REMOVE_FORCE}, {START}}});
	assert_ends("204 | 304 => absent", "204 | 409 => absent", "204 | 404 => absent");
}

static void who_inspects_during_a_start_waits_and_who_lists_does_not(void **state)
{
	(void)state;
	/* Once inspect has said running, the list says so, too. */
	plays(&(struct play){.stage = GX_DOCKER_CREATED,
			     .options = GX_DOCKER_LOCKS,
			     .clients = {{START}, {INSPECT, LIST}}});
	assert_ends("204 | created created => running, 1 started", "204 | created running => running, 1 started",
		    "204 | running running => running, 1 started");
}

static void a_stop_that_comes_during_a_start_stops(void **state)
{
	(void)state;
	plays(&(struct play){.stage = GX_DOCKER_CREATED, .options = GX_DOCKER_LOCKS, .clients = {{START}, {STOP}}});
	assert_ends("204 | 204 => exited, 1 started", "204 | 304 => running, 1 started");
}

/* ---- stop and kill ---- */

static void two_stops_that_overlap_are_both_answered_204(void **state)
{
	(void)state;
	/* Between the signal and the end of the process it is still running. */
	plays(&(struct play){.stage = GX_DOCKER_RUNNING, .clients = {{STOP}, {STOP}}});
	assert_ends("204 | 204 => exited", "204 | 304 => exited", "304 | 204 => exited");
}

static void a_start_during_a_stop_is_answered_304_and_the_container_exits(void **state)
{
	(void)state;
	plays(&(struct play){.stage = GX_DOCKER_RUNNING, .clients = {{STOP}, {START}}});
	assert_ends("204 | 304 => exited", "204 | 204 => running, 1 started");
}

static void a_stop_is_answered_after_a_start_that_it_does_not_undo(void **state)
{
	(void)state;
	/* Its process had ended, by a kill, and another has begun: that one is not its business. */
	plays(&(struct play){.stage = GX_DOCKER_RUNNING, .clients = {{STOP}, {KILL, START}}});
	assert_ends("204 | 409 204 => running, 1 started", "204 | 204 204 => running, 1 started",
		    "204 | 204 204 => exited, 1 started", "304 | 204 204 => running, 1 started");
}

static void a_removal_without_force_is_refused_until_the_stop_is_over(void **state)
{
	(void)state;
	plays(&(struct play){.stage = GX_DOCKER_RUNNING, .clients = {{STOP}, {REMOVE}}});
	assert_ends("204 | 409 => exited", "204 | 204 => absent");
}

static void the_restart_policy_starts_nothing_that_is_being_removed(void **state)
{
	(void)state;
	plays(&(struct play){.stage = GX_DOCKER_RUNNING,
			     .traits = GX_DOCKER_UNLESS_STOPPED,
			     .clients = {{EXIT}, {REMOVE_FORCE}}});
	assert_ends("again | 204 => absent, 1 started", "over | 204 => absent");
}

static void the_restart_policy_loses_against_a_stop(void **state)
{
	(void)state;
	plays(&(struct play){.stage = GX_DOCKER_RUNNING,
			     .traits = GX_DOCKER_UNLESS_STOPPED,
			     .clients = {{EXIT}, {STOP}}});
	assert_ends("again | 204 => exited, 1 started", "over | 204 => exited");
}

static void the_restart_policy_loses_against_a_kill(void **state)
{
	(void)state;
	plays(&(struct play){.stage = GX_DOCKER_RUNNING,
			     .traits = GX_DOCKER_UNLESS_STOPPED,
			     .clients = {{EXIT}, {KILL}}});
	assert_ends("again | 204 => exited, 1 started", "over | 204 => exited");
}

/* ---- remove ---- */

static void a_removal_that_was_overtaken_is_answered_204_or_409_or_404(void **state)
{
	(void)state;
	/* 204: it had looked the container up before the other one removed it. 409: that one is still at it. */
	plays(&(struct play){.stage = GX_DOCKER_EXITED, .clients = {{REMOVE}, {REMOVE}}});
	assert_ends("204 | 204 => absent", "204 | 409 => absent", "204 | 404 => absent", "409 | 204 => absent",
		    "404 | 204 => absent");
}

static void a_container_that_is_being_removed_by_force_says_running_until_its_process_has_gone(void **state)
{
	(void)state;
	/* The mark comes first: a second removal is refused, and yet it runs. */
	plays(&(struct play){.stage = GX_DOCKER_RUNNING, .clients = {{REMOVE_FORCE}, {REMOVE_FORCE, INSPECT}}});
	assert_ends("204 | 409 running => absent", "204 | 409 removing => absent", "204 | 409 404 => absent",
		    "204 | 204 404 => absent", "204 | 404 404 => absent", "409 | 204 404 => absent",
		    "404 | 204 404 => absent");
}

static void a_removal_can_be_watched(void **state)
{
	(void)state;
	plays(&(struct play){.stage = GX_DOCKER_EXITED, .clients = {{REMOVE}, {INSPECT}}});
	assert_ends("204 | exited => absent", "204 | removing => absent", "204 | 404 => absent");
}

static void a_list_shows_a_container_that_inspect_knows_no_more(void **state)
{
	(void)state;
	/* The replica goes with the name. */
	plays(&(struct play){.stage = GX_DOCKER_EXITED, .clients = {{REMOVE}, {INSPECT, LIST}}});
	assert_ends("204 | exited exited => absent", "204 | exited dead => absent", "204 | exited absent => absent",
		    "204 | removing dead => absent", "204 | removing absent => absent", "204 | 404 dead => absent",
		    "204 | 404 absent => absent");
}

static void a_volume_is_in_use_as_long_as_the_name_of_its_container_is_taken(void **state)
{
	(void)state;
	plays(&(struct play){.stage = GX_DOCKER_EXITED, .clients = {{REMOVE}, {INSPECT, VOLUME_REMOVE}}});
	assert_ends("204 | exited 409 => absent", "204 | exited 204 => absent", "204 | removing 409 => absent",
		    "204 | removing 204 => absent", "204 | 404 409 => absent", "204 | 404 204 => absent");
}

static void an_archive_for_a_container_that_is_gone_is_refused(void **state)
{
	(void)state;
	plays(&(struct play){.stage = GX_DOCKER_EXITED, .clients = {{REMOVE}, {ARCHIVE}}});
	assert_ends("204 | 200 => absent", "204 | 404 => absent");
}

/* ---- two supervisors ---- */

static bool ends_in(const char *text, const char *with)
{
	const char *arrow = strstr(text, "=> ");

	return !strncmp(arrow + 3, with, strlen(with));
}

static void two_supervisors_of_one_name_end_with_one_container_that_runs(void **state)
{
	(void)state;
	/* Each stops, removes, creates, starts. What was seen on real engines: the usual refusals, one after the other, and three rare ends in which one
	   starts what the other made, or removes it before it was started. */
	/* Whatever they were answered, the name is held by a container that runs. */
	plays(&(struct play){.stage = GX_DOCKER_RUNNING,
			     .clients = {{STOP, REMOVE, CREATE, START}, {STOP, REMOVE, CREATE, START}}});
	assert_can_end("204 204 201 204 | 204 409 409 409 => running, 1 started",
		       "204 204 201 204 | 304 409 409 409 => running, 1 started",
		       "204 204 201 204 | 204 204 201 204 => running, 2 started",
		       "204 204 409 404 | 304 404 201 204 => running, 1 started",
		       "204 204 201 304 | 404 404 409 204 => running, 1 started",
		       "204 204 201 409 | 404 204 201 204 => running, 1 started");
	for (unsigned i = 0; i < stand.seen.hit_count; i++) {
		char text[TEXT];

		describe(stand.seen.hits[i].key, text);
		if (!ends_in(text, "running"))
			fail_with_ends("nobody runs", text);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_create_that_is_refused_may_be_followed_by_a_look_up_that_finds_nobody),
		cmocka_unit_test(a_container_that_cannot_be_removed_yet_may_be_in_the_way_of_a_create),
		cmocka_unit_test(a_look_up_that_finds_nobody_may_be_followed_by_a_create_that_is_refused),
		cmocka_unit_test(whoever_gets_the_name_finds_no_trace_of_the_container_that_had_it),
		cmocka_unit_test(who_has_waited_for_a_removal_finds_the_name_free),
		cmocka_unit_test(while_a_container_is_renamed_both_names_are_taken),
		cmocka_unit_test(a_container_that_is_being_removed_can_be_renamed_and_its_old_name_taken),
		cmocka_unit_test(of_two_renames_to_one_name_one_finds_the_container_gone_from_its_old_name),
		cmocka_unit_test(two_starts_may_both_be_answered_204_for_one_process),
		cmocka_unit_test(a_start_and_a_removal_of_one_container_exclude_each_other),
		cmocka_unit_test(a_start_does_not_revive_what_is_being_removed),
		cmocka_unit_test(a_start_of_what_is_being_killed_by_its_removal_finds_it_running_or_marked_or_gone),
		cmocka_unit_test(who_inspects_during_a_start_waits_and_who_lists_does_not),
		cmocka_unit_test(a_stop_that_comes_during_a_start_stops),
		cmocka_unit_test(two_stops_that_overlap_are_both_answered_204),
		cmocka_unit_test(a_start_during_a_stop_is_answered_304_and_the_container_exits),
		cmocka_unit_test(a_stop_is_answered_after_a_start_that_it_does_not_undo),
		cmocka_unit_test(a_removal_without_force_is_refused_until_the_stop_is_over),
		cmocka_unit_test(the_restart_policy_starts_nothing_that_is_being_removed),
		cmocka_unit_test(the_restart_policy_loses_against_a_stop),
		cmocka_unit_test(the_restart_policy_loses_against_a_kill),
		cmocka_unit_test(a_removal_that_was_overtaken_is_answered_204_or_409_or_404),
		cmocka_unit_test(a_container_that_is_being_removed_by_force_says_running_until_its_process_has_gone),
		cmocka_unit_test(a_removal_can_be_watched),
		cmocka_unit_test(a_list_shows_a_container_that_inspect_knows_no_more),
		cmocka_unit_test(a_volume_is_in_use_as_long_as_the_name_of_its_container_is_taken),
		cmocka_unit_test(an_archive_for_a_container_that_is_gone_is_refused),
		cmocka_unit_test(two_supervisors_of_one_name_end_with_one_container_that_runs),
	};

	gx_service_register();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
