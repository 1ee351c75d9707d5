/* The contract of gatecrash/gate.h: what a gate may do, what it is told when it breaks it, and what the harness sees of a gate at work. */
#include "play.h"

#include <pthread.h>
#include <time.h>

#define ONE "workspaces: [{name: ws-a}]\nactors: [{do: manual-restart, on: ws-a}]\n"
#define TWO "workspaces: [{name: ws-a}]\nactors: [{do: manual-restart, on: ws-a, count: 2}]\n"
#define APART \
	"workspaces: [{name: ws-a}, {name: ws-b}]\nactors: [{do: manual-restart, on: ws-a}, {do: manual-restart, on: ws-b}]\n"
#define IT(...) "interleavings: [{name: it, gate: none, finds: [], steps: [" __VA_ARGS__ "]}]\n"

/* ---- gates ---- */

/* The state of these gates: zeros when an execution begins. */
static struct {
	pthread_mutex_t mutex;
	pthread_mutex_t second;
	pthread_cond_t work;
	const struct gx_request *job;
	bool closing;
	pthread_t worker;
} * at;

static void *open_gate(void)
{
	at = calloc(1, sizeof(*at));
	pthread_mutex_init(&at->mutex, NULL);
	pthread_mutex_init(&at->second, NULL);
	pthread_cond_init(&at->work, NULL);
	return at;
}

static void close_gate(void *gate)
{
	gx_note("closed");
	free(gate);
}

static enum gx_outcome cycle(const struct gx_request *request)
{
	if (gx_stop(request) == GX_LEG_DONE)
		gx_start(request);
	return GX_RAN;
}

static enum gx_outcome one_cycle(void *gate, const struct gx_request *request)
{
	(void)gate;
	return cycle(request);
}

/* Play a scenario with a gate that does this; what else there is to a gate is the same for all. */
static void play_with(const char *lines, enum gx_outcome (*handle)(void *, const struct gx_request *))
{
	static struct gx_gate gate = {.abi = GX_GATE_ABI,
				      .name = "test",
				      .summary = "of a test",
				      .open = open_gate,
				      .close = close_gate};

	gate.handle = handle;
	play(lines, &gate);
}

/* How many times the gate was told that it did this. */
static unsigned count_misuse(enum gx_misuse misuse)
{
	unsigned count = 0;

	for (unsigned i = 0; i < count_facts(GX_F_MISUSE); i++)
		count += nth_fact(GX_F_MISUSE, i)->event.value == misuse;
	return count;
}

/* ---- legs ---- */

static enum gx_outcome stops_twice(void *gate, const struct gx_request *request)
{
	(void)gate;
	gx_stop(request);
	return cycle(request);
}

static void a_leg_that_is_called_twice_runs_once(void **state)
{
	(void)state;
	play_with(ONE, stops_twice);
	assert_true(count_misuse(GX_MISUSE_LEG_TWICE) > 0);
	assert_does("manual-restart#1", "row.read", "row.write", "docker.remove", "secrets.read",
		    "docker.volume.inspect", "token.revoke", "token.mint", "docker.volume.write", "row.inbound",
		    "docker.volume.create", "docker.remove", "docker.image.inspect", "docker.create",
		    "docker.archive.put", "docker.start", "docker.inspect", "row.url", "url.cache");
}

static enum gx_outcome starts_only(void *gate, const struct gx_request *request)
{
	(void)gate;
	gx_start(request);
	return cycle(request);
}

static void a_start_before_the_stop_is_misuse(void **state)
{
	(void)state;
	play_with(ONE, starts_only);
	assert_true(count_misuse(GX_MISUSE_START_BEFORE_STOP) > 0);
}

static void *start_main(void *request)
{
	gx_start(request);
	return NULL;
}

static enum gx_outcome starts_during_its_stop(void *gate, const struct gx_request *request)
{
	pthread_t thread;

	(void)gate;
	pthread_create(&thread, NULL, start_main, (void *)(uintptr_t)request);
	gx_stop(request);
	pthread_join(thread, NULL);
	return GX_RAN;
}

static void a_start_while_the_stop_is_under_way_is_misuse(void **state)
{
	(void)state;
	play_with(
		ONE IT("{run: manual-restart#1, until: docker.remove}, {run: manual-restart#1/thread#1, until: secrets.read}"),
		starts_during_its_stop);
	assert_true(count_misuse(GX_MISUSE_START_BEFORE_STOP) > 0);
}

static enum gx_outcome starts_whatever_the_stop_says(void *gate, const struct gx_request *request)
{
	(void)gate;
	gx_stop(request);
	gx_start(request);
	return GX_RAN;
}

static void after_a_skipped_or_failed_stop_the_start_does_nothing(void **state)
{
	(void)state;
	play_with("workspaces: [{name: ws-a, state: paused}]\nactors: [{do: programmatic-restart, on: ws-a}]\n",
		  starts_whatever_the_stop_says);
	assert_does("programmatic-restart#1", "row.read");
	play_with("workspaces: [{name: ws-a, backend: none}]\nactors: [{do: dispatch-restart, on: ws-a}]\n",
		  starts_whatever_the_stop_says);
	assert_does("dispatch-restart#1", "event.insert", "row.write");
	assert_int_equal(count_facts(GX_F_MISUSE), 0); /* it is no misuse either */
}

/* ---- answers ---- */

static void cycle_later(void *request)
{
	cycle(request);
}

static enum gx_outcome refuses_and_runs(void *gate, const struct gx_request *request)
{
	(void)gate;
	gx_go(cycle_later, (void *)(uintptr_t)request);
	return GX_BUSY;
}

static enum gx_outcome drops_and_runs(void *gate, const struct gx_request *request)
{
	(void)gate;
	gx_go(cycle_later, (void *)(uintptr_t)request);
	return GX_DROPPED;
}

static void what_was_refused_or_dropped_never_runs(void **state)
{
	(void)state;
	play_with(ONE, refuses_and_runs);
	assert_true(count_misuse(GX_MISUSE_LEG_AFTER_REFUSAL) > 0);
	assert_does_nothing("manual-restart#1/go#1");
	play_with(ONE, drops_and_runs);
	assert_true(count_misuse(GX_MISUSE_LEG_AFTER_REFUSAL) > 0);
	assert_does_nothing("manual-restart#1/go#1");
}

static enum gx_outcome runs_and_refuses(void *gate, const struct gx_request *request)
{
	(void)gate;
	cycle(request);
	return GX_BUSY;
}

static void a_refusal_after_the_legs_is_misuse(void **state)
{
	(void)state;
	play_with(ONE, runs_and_refuses);
	assert_int_equal(count_misuse(GX_MISUSE_LEG_AFTER_REFUSAL), 2 + 1); /* the probes', too */
}

static enum gx_outcome only_says_that_it_ran(void *gate, const struct gx_request *request)
{
	(void)gate;
	gx_stop(request);
	return GX_RAN;
}

static void who_answers_ran_has_run_all_legs_or_had_a_reason(void **state)
{
	(void)state;
	play_with(ONE, only_says_that_it_ran);
	assert_true(count_misuse(GX_MISUSE_RAN_TOO_EARLY) > 0);
	/* The stop answered that there is nothing to restart: a reason. */
	play_with(
		"workspaces: [{name: ws-a, state: paused}]\nactors: [{do: programmatic-restart, on: ws-a}, {do: shutdown}]\n",
		only_says_that_it_ran);
	assert_int_equal(count_facts(GX_F_MISUSE), 0);
}

static enum gx_outcome says_what_there_is_not(void *gate, const struct gx_request *request)
{
	(void)gate;
	(void)request;
	return (enum gx_outcome)17;
}

static void an_answer_that_there_is_not_is_misuse(void **state)
{
	(void)state;
	play_with(ONE, says_what_there_is_not);
	assert_true(count_misuse(GX_MISUSE_BAD_OUTCOME) > 0);
}

/* ---- deferred functions ---- */

static void note(void *text)
{
	gx_note(text);
}

static enum gx_outcome defers(void *gate, const struct gx_request *request)
{
	static char first[] = "deferred first", second[] = "deferred second", third[] = "deferred third";

	(void)gate;
	gx_defer(note, first);
	gx_defer(note, second);
	gx_defer(note, third);
	return cycle(request);
}

static void what_was_deferred_last_runs_first_and_before_the_answer(void **state)
{
	unsigned notes = 0;

	(void)state;
	play_with(ONE, defers);
	for (unsigned i = 0; i < played.count && played.events[i].event.label != GX_F_ANSWER; i++) {
		static const char *const texts[] = {"deferred third", "deferred second", "deferred first"};

		if (played.events[i].event.label != GX_F_NOTE)
			continue;
		assert_in_range(notes, 0, 2);
		assert_string_equal(gx_note_text(played.events[i].event.value), texts[notes++]);
	}
	assert_int_equal(notes, 3);
}

/* ---- workers ---- */

static void *work(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&at->mutex);
	while (!at->closing) {
		const struct gx_request *job = at->job;

		if (!job) {
			pthread_cond_wait(&at->work, &at->mutex);
			continue;
		}
		at->job = NULL;
		pthread_mutex_unlock(&at->mutex);
		cycle(job);
		pthread_mutex_lock(&at->mutex);
	}
	pthread_mutex_unlock(&at->mutex);
	return NULL;
}

static void *open_with_worker(void)
{
	open_gate();
	pthread_create(&at->worker, NULL, work, NULL);
	return at;
}

static void close_with_worker(void *gate)
{
	pthread_mutex_lock(&at->mutex);
	at->closing = true;
	pthread_cond_signal(&at->work);
	pthread_mutex_unlock(&at->mutex);
	pthread_join(at->worker, NULL);
	free(gate);
}

static enum gx_outcome hands_over(void *gate, const struct gx_request *request)
{
	(void)gate;
	pthread_mutex_lock(&at->mutex);
	at->job = request;
	pthread_cond_signal(&at->work);
	pthread_mutex_unlock(&at->mutex);
	return GX_ACCEPTED;
}

static enum gx_outcome forgets_to_signal(void *gate, const struct gx_request *request)
{
	(void)gate;
	pthread_mutex_lock(&at->mutex);
	at->job = request;
	pthread_mutex_unlock(&at->mutex);
	return GX_ACCEPTED;
}

static struct gx_gate worker_gate(enum gx_outcome (*handle)(void *, const struct gx_request *))
{
	return (struct gx_gate){.abi = GX_GATE_ABI,
				.name = "worker",
				.summary = "of a test",
				.open = open_with_worker,
				.close = close_with_worker,
				.handle = handle};
}

static void a_worker_that_waits_for_work_is_not_blocked(void **state)
{
	static struct gx_gate gate;

	(void)state;
	gate = worker_gate(hands_over);
	play(ONE, &gate);
	assert_int_equal(count_facts(GX_F_PROVISION_END), 1);
	assert_int_equal(count_facts(GX_F_FINAL_BLOCKED), 0);
	assert_finds_nothing();
}

static void a_worker_that_waits_while_work_is_left_is_blocked(void **state)
{
	static struct gx_gate gate;

	(void)state;
	gate = worker_gate(forgets_to_signal);
	/* It has to wait before the request comes. */
	play(ONE IT("{run: gate.open/thread#1, until: blocked}"), &gate);
	assert_int_equal(count_facts(GX_F_PROVISION_BEGIN), 0);
	assert_true(count_facts(GX_F_FINAL_BLOCKED) > 0);
	assert_string_equal(nth_fact(GX_F_FINAL_BLOCKED, 0)->task, "gate.open/thread#1");
}

/* ---- probes ---- */

static enum gx_outcome never_unlocks(void *gate, const struct gx_request *request)
{
	(void)gate;
	pthread_mutex_lock(&at->mutex);
	return cycle(request);
}

static void a_gate_that_stays_locked_lets_no_probe_through_and_is_not_closed(void **state)
{
	(void)state;
	play_with(ONE, never_unlocks);
	assert_int_equal(nth_fact(GX_F_PROBE_RESULT, 0)->event.value, 0);
	assert_finds(GX_RULE_GATE_LEAKED);
	assert_int_equal(count_facts(GX_F_NOTE), 0);
	play_with(ONE, one_cycle);
	assert_int_equal(nth_fact(GX_F_PROBE_RESULT, 0)->event.value, 1);
	assert_int_equal(count_facts(GX_F_NOTE), 1);
}

/* ---- circles of waiters ---- */

static struct timespec in_an_hour(void)
{
	struct timespec when;

	clock_gettime(CLOCK_REALTIME, &when);
	when.tv_sec += 3600;
	return when;
}

/* Odd requests take one lock and then the other, even ones the other way round. */
static enum gx_outcome takes_both(const struct gx_request *request, bool patient)
{
	bool odd = request->id & 1;
	pthread_mutex_t *first = odd ? &at->mutex : &at->second;
	pthread_mutex_t *second = odd ? &at->second : &at->mutex;
	struct timespec when = in_an_hour();

	pthread_mutex_lock(first);
	if (patient && odd ? pthread_mutex_timedlock(second, &when) : pthread_mutex_lock(second)) {
		pthread_mutex_unlock(first);
		return GX_BUSY;
	}
	cycle(request);
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
	return GX_RAN;
}

static enum gx_outcome locks_crosswise(void *gate, const struct gx_request *request)
{
	(void)gate;
	return takes_both(request, false);
}

static enum gx_outcome locks_crosswise_for_an_hour(void *gate, const struct gx_request *request)
{
	(void)gate;
	return takes_both(request, true);
}

#define CROSSWISE                                                                                     \
	IT("{run: manual-restart#1, until: mutex.lock}, {run: manual-restart#1, until: mutex.lock}, " \
	   "{run: manual-restart#2, until: mutex.lock}, {run: manual-restart#2, until: mutex.lock}, " \
	   "{run: manual-restart#1, until: blocked}, {run: manual-restart#2, until: blocked}")

static void two_who_wait_for_each_other_are_a_circle(void **state)
{
	(void)state;
	play_with(TWO CROSSWISE, locks_crosswise);
	assert_int_equal(value_of(GX_F_WAIT_CYCLE), 2);
	assert_int_equal(count_facts(GX_F_FINAL_BLOCKED), 2);
}

static void a_circle_that_a_time_out_breaks_is_none(void **state)
{
	(void)state;
	play_with(TWO CROSSWISE, locks_crosswise_for_an_hour);
	assert_int_equal(count_facts(GX_F_WAIT_CYCLE), 0);
	assert_int_equal(count_facts(GX_F_FINAL_BLOCKED), 0);
}

static void who_waits_for_himself_is_a_circle_of_one(void **state)
{
	(void)state;
	play(ONE, &gx_gate_relock);
	assert_int_equal(nth_fact(GX_F_WAIT_CYCLE, 0)->event.value, 1);
}

/* ---- isolation ---- */

static enum gx_outcome one_lock_for_all(void *gate, const struct gx_request *request)
{
	(void)gate;
	pthread_mutex_lock(&at->mutex);
	cycle(request);
	pthread_mutex_unlock(&at->mutex);
	return GX_RAN;
}

static enum gx_outcome one_lock_for_all_and_an_hour(void *gate, const struct gx_request *request)
{
	struct timespec when = in_an_hour();

	(void)gate;
	if (pthread_mutex_timedlock(&at->mutex, &when))
		return GX_BUSY;
	cycle(request);
	pthread_mutex_unlock(&at->mutex);
	return GX_RAN;
}

#define A_IN_ITS_LEG IT("{run: manual-restart#1, until: docker.remove.mark}, {run: manual-restart#2, until: blocked}")

static void who_waits_for_the_leg_of_another_workspace_is_told(void **state)
{
	(void)state;
	play_with(APART A_IN_ITS_LEG, one_lock_for_all);
	assert_true(count_facts(GX_F_ISOLATION) > 0);
	assert_int_equal(nth_fact(GX_F_ISOLATION, 0)->event.extra, 2);
	assert_int_equal(nth_fact(GX_F_ISOLATION, 0)->event.object, 1);
}

static void who_gives_up_after_an_hour_has_waited_all_the_same(void **state)
{
	(void)state;
	play_with(
		APART IT(
			"{run: manual-restart#1, until: docker.remove.mark}, {run: manual-restart#2, until: mutex.lock}"),
		one_lock_for_all_and_an_hour);
	assert_int_equal(nth_fact(GX_F_ISOLATION, 0)->event.extra, 2);
}

static void who_waits_for_the_leg_of_his_own_workspace_is_not_told(void **state)
{
	(void)state;
	play_with(
		"workspaces: [{name: ws-a}, {name: ws-b}]\nactors: [{do: manual-restart, on: ws-a, count: 2}]\n" A_IN_ITS_LEG,
		one_lock_for_all);
	assert_int_equal(count_facts(GX_F_ISOLATION), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_leg_that_is_called_twice_runs_once),
		cmocka_unit_test(a_start_before_the_stop_is_misuse),
		cmocka_unit_test(a_start_while_the_stop_is_under_way_is_misuse),
		cmocka_unit_test(after_a_skipped_or_failed_stop_the_start_does_nothing),
		cmocka_unit_test(what_was_refused_or_dropped_never_runs),
		cmocka_unit_test(a_refusal_after_the_legs_is_misuse),
		cmocka_unit_test(who_answers_ran_has_run_all_legs_or_had_a_reason),
		cmocka_unit_test(an_answer_that_there_is_not_is_misuse),
		cmocka_unit_test(what_was_deferred_last_runs_first_and_before_the_answer),
		cmocka_unit_test(a_worker_that_waits_for_work_is_not_blocked),
		cmocka_unit_test(a_worker_that_waits_while_work_is_left_is_blocked),
		cmocka_unit_test(a_gate_that_stays_locked_lets_no_probe_through_and_is_not_closed),
		cmocka_unit_test(two_who_wait_for_each_other_are_a_circle),
		cmocka_unit_test(a_circle_that_a_time_out_breaks_is_none),
		cmocka_unit_test(who_waits_for_himself_is_a_circle_of_one),
		cmocka_unit_test(who_waits_for_the_leg_of_another_workspace_is_told),
		cmocka_unit_test(who_gives_up_after_an_hour_has_waited_all_the_same),
		cmocka_unit_test(who_waits_for_the_leg_of_his_own_workspace_is_not_told),
	};

	gx_service_register();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
