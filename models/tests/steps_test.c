/* The steps of the service, one execution at a time: who does what, in which order, and what that leaves behind. */
#include "play.h"

#define ONE(state)   "workspaces: [{name: ws-a, state: " state "}]\n"
#define DOES(actor)  "actors: [{do: " actor ", on: ws-a}]\n"
#define TWICE(actor) "actors: [{do: " actor ", on: ws-a, count: 2}]\n"
#define FAULT(op)    "faults: [{on: " op ", give: error 500}]\n"
#define IT(steps)    "interleavings: [{name: it, gate: none, finds: [], steps: [" steps "]}]\n"

/* P1 and P2, P3 to P5, P6 and P7, P9, P10: what every provision does before it makes a container. */
#define PREPARES                                                                                                     \
	"secrets.read", "docker.volume.inspect", "token.revoke", "token.mint", "docker.volume.write", "row.inbound", \
		"docker.volume.create", "docker.remove", "docker.image.inspect"
/* P11 to P15. The files are put before the start, the url is written when the container has been seen to run. */
#define LAUNCHES "docker.create", "docker.archive.put", "docker.start", "docker.inspect", "row.url", "url.cache"
/* REG, and the bootstrap's look; HB. */
#define REGISTERS "tokens.read", "row.register", "keys.alive", "tokens.read"
#define BEATS     "tokens.read", "row.heartbeat", "keys.alive"

/* The first event of a task with this label; the number of events if there is none. */
static unsigned position(const char *task, unsigned label)
{
	unsigned i = 0;

	while (i < played.count && (played.events[i].event.label != label || strcmp(played.events[i].task, task) != 0))
		i++;
	return i;
}

/* ---- STOP and PROV ---- */

static void a_manual_restart_stops_and_provisions_step_by_step(void **state)
{
	(void)state;
	play(ONE("online") DOES("manual-restart"), &gx_gate_none);
	assert_does("manual-restart#1", "row.read", "row.write", "docker.remove", PREPARES, LAUNCHES);
	assert_string_equal(answers_to("manual-restart#1"), "204 200 200 201 404 200 201 200 204 200");
	assert_int_equal(nth_fact(GX_F_CONTAINER_REMOVED, 0)->event.extra, 1); /* by its own leg */
	assert_string_equal(final_status(), "online");
	assert_finds_nothing();
}

static void a_programmatic_restart_clears_the_keys_and_writes_the_row_between_its_legs(void **state)
{
	const struct play_event *cleared;

	(void)state;
	play(ONE("online") DOES("programmatic-restart"), &gx_gate_none);
	assert_does("programmatic-restart#1", "row.read", "docker.remove", "keys.clear", "row.write", PREPARES,
		    LAUNCHES);
	cleared = nth_fact(GX_F_ROW_STATUS, 0);
	assert_int_equal(cleared->event.value, GX_ROW_PROVISIONING);
	assert_false(cleared->row.alive || cleared->row.url_cached || cleared->row.url);
	/* And what was cleared is there again when the new container has registered. */
	assert_true(nth_fact(GX_F_FINAL_ROW, 0)->row.alive);
	assert_true(nth_fact(GX_F_FINAL_ROW, 0)->row.url_cached);
	assert_true(nth_fact(GX_F_FINAL_ROW, 0)->row.url);
}

static void the_url_is_cached_by_the_provision_itself(void **state)
{
	const struct play_event *end;

	(void)state;
	/* A manual restart clears no keys: seen on a workspace that had none. */
	play(ONE("failed") DOES("manual-restart"), &gx_gate_none);
	end = nth_fact(GX_F_PROVISION_END, 0);
	assert_true(end->row.url && end->row.url_cached);
	assert_false(end->row.alive); /* that is the container's to say */
}

static const char *asked_for(unsigned answer)
{
	const struct gx_event *event = &nth_fact(GX_L_DOCKER_ANSWER, answer)->event;

	return gx_docker_name(gx_docker_answer_of(event).name);
}

static void a_stop_that_finds_no_container_tries_the_legacy_name(void **state)
{
	(void)state;
	play(ONE("failed") DOES("manual-restart"), &gx_gate_none);
	assert_does("manual-restart#1", "row.read", "row.write", "docker.remove", "docker.remove", PREPARES, LAUNCHES);
	assert_string_equal(asked_for(0), "ws-ws-a-00000000");
	assert_string_equal(asked_for(1), "ws-ws-a");
}

static void a_create_provisions_without_stopping(void **state)
{
	(void)state;
	play("workspaces: [{name: ws-a, state: none}]\n" DOES("create"), &gx_gate_per_workspace);
	assert_does("create#1", "row.insert", PREPARES, LAUNCHES);
	assert_string_equal(final_status(), "online");
}

/* ---- A1 and A2: is there something to restart? ---- */

static void a_restart_of_what_has_been_removed_is_refused_before_the_gate(void **state)
{
	(void)state;
	play(ONE("removed") DOES("manual-restart"), &gx_gate_none); /* 404 */
	assert_does("manual-restart#1", "row.read");
	assert_null(nth_fact(GX_F_ROW_STATUS, 0));
	play("workspaces: [{name: ws-a, state: none}]\n" DOES("manual-restart"), &gx_gate_none); /* 404 */
	assert_does("manual-restart#1", "row.read");
}

static void without_a_backend_a_restart_is_refused_before_the_gate(void **state)
{
	(void)state;
	play("workspaces: [{name: ws-a, state: online, backend: none}]\n" DOES("manual-restart"), &gx_gate_none);
	assert_does("manual-restart#1", "row.read"); /* 503 */
	play("workspaces: [{name: ws-a, state: online, backend: none}]\n" DOES("programmatic-restart"), &gx_gate_none);
	assert_does_nothing("programmatic-restart#1");
}

static void a_dispatch_without_a_backend_fails_at_once(void **state)
{
	(void)state;
	play("workspaces: [{name: ws-a, state: online, backend: none}]\n" DOES("dispatch-restart"), &gx_gate_none);
	assert_does("dispatch-restart#1", "event.insert", "row.write");
	assert_string_equal(final_status(), "failed");
}

static void a_programmatic_restart_leaves_rows_alone_that_nobody_wants_up(void **state)
{
	static const char *const states[] = {"paused", "hibernated", "removed"};

	(void)state;
	for (unsigned i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		char lines[256];

		snprintf(lines, sizeof(lines), "workspaces: [{name: ws-a, state: %s}]\n" DOES("programmatic-restart"),
			 states[i]);
		play(lines, &gx_gate_none);
		assert_does("programmatic-restart#1", "row.read");
		assert_int_equal(nth_fact(GX_F_LEG_END, 0)->event.value, GX_STOP | GX_LEG_SKIPPED << 8);
		assert_null(nth_fact(GX_F_PROVISION_BEGIN, 0));
		assert_string_equal(final_status(), states[i]);
	}
}

/* The virtual time of a task's first request to the engine. */
static uint64_t time_of_the_first_removal(void)
{
	uint64_t now = 0;

	for (unsigned i = 0; i < played.count; i++) {
		const struct gx_event *event = &played.events[i].event;

		if (event->label == GX_L_CLOCK_TICK)
			now = event->value;
		if (event->label == GX_L_DOCKER_REMOVE_LOOKUP)
			return now;
	}
	fail_msg("nothing is removed");
	return 0;
}

static void who_reads_provisioning_waits_ten_seconds_before_it_stops_anything(void **state)
{
	(void)state;
	play(ONE("provisioning") DOES("programmatic-restart"), &gx_gate_none);
	assert_does("programmatic-restart#1", "row.read", "wait.provisioning", "docker.remove", "docker.remove",
		    "keys.clear", "row.write", PREPARES, LAUNCHES);
	assert_int_equal(time_of_the_first_removal(), 10 * 1000000000ull);
	play(ONE("online") DOES("programmatic-restart"), &gx_gate_none);
	assert_int_equal(time_of_the_first_removal(), 0);
}

static void a_secret_is_written_before_its_restart_is_asked_for(void **state)
{
	(void)state;
	play(ONE("online") DOES("secret-write"), &gx_gate_none);
	assert_does("secret-write#1", "secrets.write", "row.read", "docker.remove", "keys.clear", "row.write", PREPARES,
		    LAUNCHES);
	assert_int_equal(value_of(GX_F_SECRET_WRITE), 1);
	assert_int_equal(value_of(GX_F_FINAL_SECRET), 1); /* the container was made with what P1 read */
}

/* ---- what fails ---- */

static void what_could_not_be_put_into_a_container_ends_the_container(void **state)
{
	(void)state;
	play(ONE("online") DOES("manual-restart") FAULT("docker.archive.put"), &gx_gate_none);
	assert_does("manual-restart#1", "row.read", "row.write", "docker.remove", PREPARES, "docker.create",
		    "docker.archive.put", "docker.remove", "event.insert", "row.write");
	assert_null(nth_fact(GX_F_FINAL_CONTAINER, 0));
	assert_string_equal(final_status(), "failed");
}

static void a_container_that_does_not_start_is_removed(void **state)
{
	(void)state;
	play(ONE("online") DOES("manual-restart") FAULT("docker.start"), &gx_gate_none);
	assert_does("manual-restart#1", "row.read", "row.write", "docker.remove", PREPARES, "docker.create",
		    "docker.archive.put", "docker.start", "docker.remove", "event.insert", "row.write");
	assert_null(nth_fact(GX_F_FINAL_CONTAINER, 0));
	assert_string_equal(final_status(), "failed");
	assert_int_equal(value_of(GX_F_FINAL_ROW), 0); /* the url went with the old container */
}

static void a_create_that_fails_leaves_nothing_to_remove(void **state)
{
	(void)state;
	play(ONE("online") DOES("manual-restart") FAULT("docker.create"), &gx_gate_none);
	assert_does("manual-restart#1", "row.read", "row.write", "docker.remove", PREPARES, "docker.create",
		    "event.insert", "row.write");
	assert_int_equal(value_of(GX_F_PROVISION_END), 0);
	assert_null(nth_fact(GX_F_NAME_CONFLICT, 0)); /* 500 is none */
	assert_string_equal(final_status(), "failed");
}

static void an_image_that_is_not_found_is_pulled_and_the_create_tried_anyway(void **state)
{
	(void)state;
	play(ONE("online") DOES("manual-restart") FAULT("docker.image.inspect"), &gx_gate_none);
	assert_does("manual-restart#1", "row.read", "row.write", "docker.remove", PREPARES, "docker.image.pull",
		    LAUNCHES);
}

static void who_finds_no_container_behind_the_port_does_not_look_again(void **state)
{
	(void)state;
	play(ONE("online") DOES("manual-restart") FAULT("docker.inspect"), &gx_gate_none);
	assert_does("manual-restart#1", "row.read", "row.write", "docker.remove", PREPARES, LAUNCHES);
	assert_string_equal(final_status(), "online");
}

static void a_fault_strikes_as_often_as_it_may(void **state)
{
	unsigned struck = 0;

	(void)state;
	play(ONE("online") "actors: [{do: manual-restart, on: ws-a, count: 3}]\n"
			   "faults: [{on: docker.create, give: error 500, times: 2}]\n",
	     &gx_gate_global);
	for (unsigned i = 0; i < count_facts(GX_L_DOCKER_ANSWER); i++)
		struck += nth_fact(GX_L_DOCKER_ANSWER, i)->event.extra == 500;
	assert_int_equal(struck, 2);
	assert_int_equal(value_of(GX_F_QUIET), GX_EXCUSE_FAULT(0)); /* which excuses what it did */
}

/* ---- REG and HB ---- */

static void a_container_reads_its_token_once_registers_and_beats(void **state)
{
	(void)state;
	play(ONE("online") DOES("manual-restart"), &gx_gate_none);
	assert_does("container(ws-a)#2", "docker.archive.get", REGISTERS, BEATS, "container.rest", BEATS);
	assert_int_equal(value_of(GX_F_FINAL_HELD), value_of(GX_F_FINAL_FILE));
}

static void a_container_that_registers_leaves_a_parked_row_alone(void **state)
{
	static const char *const states[] = {"paused", "hibernated", "removed"};

	(void)state;
	for (unsigned i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		char lines[256];

		/* Past the handler, nothing writes the row but the container. */
		snprintf(lines, sizeof(lines), "workspaces: [{name: ws-a, state: %s}]\n" DOES("dispatch-restart"),
			 states[i]);
		play(lines, &gx_gate_none);
		assert_does("container(ws-a)#1", "docker.archive.get", REGISTERS, BEATS, "container.rest", BEATS);
		assert_null(nth_fact(GX_F_ROW_STATUS, 0));
		assert_string_equal(final_status(), states[i]);
	}
}

static void a_heartbeat_heals_a_row_that_a_loser_has_marked_failed(void **state)
{
	(void)state;
	/* S4: #2 finds the name taken and writes `failed` when #1's container has registered, beaten and come to rest. */
	play(ONE("online") TWICE("manual-restart")
		     IT("{run: manual-restart#2, until: docker.image}, {run: manual-restart#1, until: docker.image}, "
			"{run: manual-restart#1, until: end}, {run: \"container(ws-a)#2\", until: blocked}, "
			"{run: manual-restart#2, until: end}"),
	     &gx_gate_none);
	assert_int_equal(count_facts(GX_F_NAME_CONFLICT), 1);
	assert_does("container(ws-a)#2", "docker.archive.get", REGISTERS, BEATS, "container.rest", BEATS);
	assert_string_equal(final_status(), "online");
}

static void a_heartbeat_heals_a_degraded_row(void **state)
{
	(void)state;
	play(ONE("degraded") DOES("e2e-client"), &gx_gate_none);
	assert_does("container(ws-a)#1", "container.rest", BEATS);
	assert_string_equal(final_status(), "online");
}

static void a_container_whose_token_nobody_knows_is_refused_and_does_not_register(void **state)
{
	(void)state;
	/* #2 replaces the bearer between the start of #1's container and its REG. */
	play(ONE("online") TWICE("manual-restart") IT(
		     "{run: manual-restart#2, until: token.revoke}, {run: manual-restart#1, until: docker.inspect}, "
		     "{run: \"container(ws-a)#2\", until: tokens.read}, {run: manual-restart#2, until: docker.volume.write}, "
		     "{run: \"container(ws-a)#2\", until: blocked}"),
	     &gx_gate_none);
	assert_does("container(ws-a)#2", "docker.archive.get", "tokens.read", "tokens.read");
	assert_int_equal(count_facts(GX_F_CONTAINER_401), 1);
}

static void a_container_is_given_a_token_when_it_registers_and_none_is_live(void **state)
{
	const struct play_event *mint;

	(void)state;
	/* The same, but #2 has revoked and not yet minted: nothing is live, everybody is admitted, and REG mints. */
	play(ONE("online") TWICE("manual-restart")
		     IT("{run: manual-restart#2, until: token.revoke}, {run: manual-restart#1, until: docker.inspect}, "
			"{run: \"container(ws-a)#2\", until: tokens.read}, {run: manual-restart#2, until: token.mint}, "
			"{run: \"container(ws-a)#2\", until: blocked}"),
	     &gx_gate_none);
	assert_does("container(ws-a)#2", "docker.archive.get", REGISTERS, "token.mint", BEATS);
	mint = nth_fact(GX_F_TOKEN_MINT, 1);
	assert_true(mint->event.value & GX_TOKEN_BOOTSTRAP);
	assert_int_equal(mint->event.extra, 0); /* it is no provision's */
}

static void a_container_is_admitted_at_the_second_look_if_its_rival_is_revoked_meanwhile(void **state)
{
	(void)state;
	/* core#2611: #2's token is live at the first look, which fails; #3 has revoked it before the second. */
	play(ONE("online") "actors: [{do: manual-restart, on: ws-a, count: 3}]\n" IT(
		     "{run: manual-restart#2, until: token.revoke}, {run: manual-restart#3, until: token.revoke}, "
		     "{run: manual-restart#1, until: docker.inspect}, {run: \"container(ws-a)#2\", until: tokens.read}, "
		     "{run: manual-restart#2, until: docker.volume.write}, {run: \"container(ws-a)#2\", until: tokens.read}, "
		     "{run: manual-restart#3, until: token.mint}, {run: \"container(ws-a)#2\", until: blocked}"),
	     &gx_gate_none);
	assert_int_equal(position("container(ws-a)#2", GX_F_CONTAINER_401), played.count);
	assert_does("container(ws-a)#2", "docker.archive.get", "tokens.read", REGISTERS, "token.mint", BEATS);
}

#define KILLED_IN_A_REQUEST                                                                      \
	ONE("online")                                                                            \
	TWICE("manual-restart")                                                                  \
	IT("{run: manual-restart#2, until: secrets.read}, {run: manual-restart#1, until: end}, " \
	   "{run: \"container(ws-a)#2\", until: row.register}, {run: manual-restart#2, until: docker.image.inspect}")

static void a_container_that_is_killed_takes_its_request_with_it(void **state)
{
	(void)state;
	play(KILLED_IN_A_REQUEST, &gx_gate_none);
	assert_does("container(ws-a)#2", "docker.archive.get", "tokens.read");
	assert_int_equal(value_of(GX_F_FINAL_HELD), value_of(GX_F_FINAL_FILE)); /* #2's, which runs */
}

static void a_late_request_runs_to_its_end_and_not_the_container(void **state)
{
	(void)state;
	play("late_requests: true\n" KILLED_IN_A_REQUEST, &gx_gate_none);
	assert_does("container(ws-a)#2", "docker.archive.get", REGISTERS);
}

/* ---- clients, shutdown, probes ---- */

static void a_client_polls_twice_with_the_bearer_that_it_was_given(void **state)
{
	(void)state;
	play(ONE("online") DOES("e2e-client"), &gx_gate_none);
	assert_does("e2e-client#1", "token.mint", "tokens.read", "tokens.read");
	assert_int_equal(count_facts(GX_F_CLIENT_401), 0);
	assert_true(value_of(GX_F_TOKEN_MINT) & GX_TOKEN_CLIENT);
	/* The client's token is no container's. */
	assert_int_equal(nth_fact(GX_F_FINAL_TOKENS, 0)->event.extra, 1 | 1 << 8);
	assert_int_equal(value_of(GX_F_FINAL_TOKENS), value_of(GX_F_FINAL_HELD));
}

static void a_server_that_stops_refuses_connections(void **state)
{
	(void)state;
	play(ONE("online") "actors:\n - {do: shutdown}\n - {do: manual-restart, on: ws-a}\n" IT(
		     "{run: shutdown#1, until: end}, {run: manual-restart#1, until: end}"),
	     &gx_gate_none);
	assert_does_nothing("manual-restart#1");
	assert_does("shutdown#1", "server.stop", "server.handlers", "server.drain");
	assert_finds_nothing();
}

static void a_shutdown_waits_for_the_handlers_and_for_their_tracked_tasks(void **state)
{
	(void)state;
	play(ONE("online") "actors:\n - {do: manual-restart, on: ws-a}\n - {do: shutdown}\n" IT(
		     "{run: manual-restart#1, until: docker.remove}, {run: shutdown#1, until: blocked}"),
	     &gx_gate_none);
	assert_true(position("shutdown#1", GX_F_DRAINED) > position("manual-restart#1", GX_F_ANSWER));
	play(ONE("online") "actors:\n - {do: manual-restart, on: ws-a}\n - {do: shutdown}\n" IT(
		     "{run: manual-restart#1, until: end}, {run: shutdown#1, until: blocked}"),
	     &gx_gate_per_workspace);
	assert_int_equal(count_facts(GX_F_DRAINED), 1);
	assert_true(position("shutdown#1", GX_F_DRAINED) > position("manual-restart#1/go#1", GX_F_PROVISION_END));
}

static void a_probe_comes_an_hour_later_to_its_first_leg_and_no_further(void **state)
{
	(void)state;
	play(ONE("online") DOES("manual-restart"), &gx_gate_none);
	assert_does("probe-manual(ws-a)", "probe.wait");
	assert_does("probe-programmatic(ws-a)", "probe.wait");
	assert_int_equal(count_facts(GX_F_PROBE_RESULT), 2);
	assert_int_equal(nth_fact(GX_F_PROBE_RESULT, 0)->event.value, 1);
	assert_int_equal(count_facts(GX_F_PROVISION_BEGIN), 1);
}

/* ---- what stands in front of a gate ---- */

/* The answer to the nth request, from 0. */
static uint64_t answer_to(unsigned nth)
{
	return nth_fact(GX_F_ANSWER, nth)->event.value;
}

static void a_programmatic_restart_soon_after_another_is_dropped(void **state)
{
	(void)state;
	play(ONE("online") "actors:\n - {do: programmatic-restart, on: ws-a}\n - {do: programmatic-restart, on: ws-a, at: 59s}\n"
			   " - {do: programmatic-restart, on: ws-a, at: 61s}\n",
	     &gx_gate_per_workspace);
	assert_int_equal(answer_to(0), GX_RAN);
	assert_int_equal(answer_to(1), GX_DROPPED);
	assert_int_equal(answer_to(2), GX_RAN);
	assert_int_equal(count_facts(GX_F_PROVISION_BEGIN), 2);
}

static void a_restart_after_a_mutation_is_not_dropped(void **state)
{
	(void)state;
	play(ONE("online") "actors:\n - {do: programmatic-restart, on: ws-a}\n - {do: restart-after-mutation, on: ws-a, at: 59s}\n",
	     &gx_gate_per_workspace);
	assert_int_equal(answer_to(1), GX_RAN);
	assert_int_equal(count_facts(GX_F_PROVISION_BEGIN), 2);
}

static void who_comes_while_a_cycle_runs_is_coalesced_into_the_next(void **state)
{
	(void)state;
	play(ONE("online") "actors: [{do: restart-after-mutation, on: ws-a, count: 3}]\n" IT(
		     "{run: restart-after-mutation#1, until: docker.remove}, {run: restart-after-mutation#2, until: end}, "
		     "{run: restart-after-mutation#3, until: end}"),
	     &gx_gate_per_workspace);
	assert_int_equal(answer_to(0), GX_COALESCED);
	assert_int_equal(answer_to(1), GX_COALESCED);
	assert_int_equal(answer_to(2), GX_RAN);
	assert_int_equal(count_facts(GX_F_PROVISION_BEGIN), 2); /* one for the first, one for both others */
}

static void who_comes_between_the_last_look_and_the_deferred_clear_is_lost(void **state)
{
	(void)state;
	/* C1: #1 has released the gate, has found nothing pending, and is about to say that it runs no more. */
	play(ONE("online") "actors: [{do: restart-after-mutation, on: ws-a, count: 2}]\n" IT(
		     "{run: restart-after-mutation#1, until: url.cache}, {run: restart-after-mutation#1, until: mutex.lock}, "
		     "{run: restart-after-mutation#1, until: mutex.lock}, {run: restart-after-mutation#1, until: mutex.lock}, "
		     "{run: restart-after-mutation#2, until: end}"),
	     &gx_gate_per_workspace);
	assert_int_equal(answer_to(0), GX_COALESCED);
	assert_int_equal(answer_to(1), GX_RAN);
	assert_int_equal(count_facts(GX_F_PROVISION_BEGIN), 1);
	assert_finds(GX_RULE_LOST_RESTART);
}

/* ---- final facts ---- */

#define TWO_LIVE(last)                                                                                                  \
	ONE("online")                                                                                                   \
	TWICE("manual-restart")                                                                                         \
	IT("{run: manual-restart#1, until: token.mint}, {run: manual-restart#2, until: token.mint}, "                   \
	   "{run: manual-restart#1, until: docker.volume.write}, {run: manual-restart#2, until: docker.volume.write}, " \
	   "{run: " last ", until: end}")

static void of_two_live_tokens_the_one_is_named_that_the_container_does_not_hold(void **state)
{
	static const char *const lasts[] = {TWO_LIVE("manual-restart#1"), TWO_LIVE("manual-restart#2")};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		play(lasts[i], &gx_gate_none);
		assert_int_equal(nth_fact(GX_F_FINAL_TOKENS, 0)->event.extra & 0xff, 2);
		assert_int_not_equal(value_of(GX_F_FINAL_TOKENS), value_of(GX_F_FINAL_HELD));
	}
}

static void every_container_of_a_workspace_is_told_at_the_end_and_whether_it_runs(void **state)
{
	(void)state;
	play(ONE("online") DOES("manual-restart"), &gx_gate_none);
	assert_int_equal(value_of(GX_F_FINAL_CONTAINER), value_of(GX_F_CONTAINER_MADE));
	assert_int_equal(nth_fact(GX_F_FINAL_CONTAINER, 0)->event.extra, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_manual_restart_stops_and_provisions_step_by_step),
		cmocka_unit_test(a_programmatic_restart_clears_the_keys_and_writes_the_row_between_its_legs),
		cmocka_unit_test(the_url_is_cached_by_the_provision_itself),
		cmocka_unit_test(a_stop_that_finds_no_container_tries_the_legacy_name),
		cmocka_unit_test(a_create_provisions_without_stopping),
		cmocka_unit_test(a_restart_of_what_has_been_removed_is_refused_before_the_gate),
		cmocka_unit_test(without_a_backend_a_restart_is_refused_before_the_gate),
		cmocka_unit_test(a_dispatch_without_a_backend_fails_at_once),
		cmocka_unit_test(a_programmatic_restart_leaves_rows_alone_that_nobody_wants_up),
		cmocka_unit_test(who_reads_provisioning_waits_ten_seconds_before_it_stops_anything),
		cmocka_unit_test(a_secret_is_written_before_its_restart_is_asked_for),
		cmocka_unit_test(what_could_not_be_put_into_a_container_ends_the_container),
		cmocka_unit_test(a_container_that_does_not_start_is_removed),
		cmocka_unit_test(a_create_that_fails_leaves_nothing_to_remove),
		cmocka_unit_test(an_image_that_is_not_found_is_pulled_and_the_create_tried_anyway),
		cmocka_unit_test(who_finds_no_container_behind_the_port_does_not_look_again),
		cmocka_unit_test(a_fault_strikes_as_often_as_it_may),
		cmocka_unit_test(a_container_reads_its_token_once_registers_and_beats),
		cmocka_unit_test(a_container_that_registers_leaves_a_parked_row_alone),
		cmocka_unit_test(a_heartbeat_heals_a_row_that_a_loser_has_marked_failed),
		cmocka_unit_test(a_heartbeat_heals_a_degraded_row),
		cmocka_unit_test(a_container_whose_token_nobody_knows_is_refused_and_does_not_register),
		cmocka_unit_test(a_container_is_given_a_token_when_it_registers_and_none_is_live),
		cmocka_unit_test(a_container_is_admitted_at_the_second_look_if_its_rival_is_revoked_meanwhile),
		cmocka_unit_test(a_container_that_is_killed_takes_its_request_with_it),
		cmocka_unit_test(a_late_request_runs_to_its_end_and_not_the_container),
		cmocka_unit_test(a_client_polls_twice_with_the_bearer_that_it_was_given),
		cmocka_unit_test(a_server_that_stops_refuses_connections),
		cmocka_unit_test(a_shutdown_waits_for_the_handlers_and_for_their_tracked_tasks),
		cmocka_unit_test(a_probe_comes_an_hour_later_to_its_first_leg_and_no_further),
		cmocka_unit_test(a_programmatic_restart_soon_after_another_is_dropped),
		cmocka_unit_test(a_restart_after_a_mutation_is_not_dropped),
		cmocka_unit_test(who_comes_while_a_cycle_runs_is_coalesced_into_the_next),
		cmocka_unit_test(who_comes_between_the_last_look_and_the_deferred_clear_is_lost),
		cmocka_unit_test(of_two_live_tokens_the_one_is_named_that_the_container_does_not_hold),
		cmocka_unit_test(every_container_of_a_workspace_is_told_at_the_end_and_whether_it_runs),
	};

	gx_service_register();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
