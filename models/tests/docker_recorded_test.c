/* The fake engine against what real engines were recorded to answer: docker_recorded.inc. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core_double.h"
#include "docker/internal.h"

enum op {
	/* Set the stage. */
	NEW_ENGINE,
	END,
	EXIT,            /* the process ends by itself with the code in `argument` */
	EXIT_RESTARTING, /* and the policy is about to start it again */
	REPAIR,          /* the cause of a failed removal goes away */
	/* Requests. */
	CREATE,
	START,
	STOP,
	KILL,
	REMOVE,
	REMOVE_FORCE,
	PAUSE,
	UNPAUSE,
	INSPECT,
	EXEC,
	RENAME,
	WAIT,
	WAIT_NEXT,
	WAIT_REMOVED,
	LIST,
	LIST_ALL,
	ARCHIVE,
	VOLUME_CREATE,
	VOLUME_INSPECT,
	VOLUME_REMOVE,
	VOLUME_REMOVE_FORCE,
	IMAGE_INSPECT
};

struct recorded {
	unsigned status; /* 0: E20 as E28 */
	const char *text;
};

struct exchange {
	const char *key;
	enum op op;
	const char *target;
	const char *argument;
	unsigned during; /* the following rows, up to END, happen before this point of the request */
	struct recorded e28, e20;
};

enum stage {
	IN_ABSENT,
	IN_CREATED,
	IN_RUNNING,
	IN_PAUSED,
	IN_EXITED,
	IN_KILLED,
	IN_START_FAILED,
	IN_RESTARTING,
	IN_DEAD
};

struct seen {
	unsigned status;
	const char *text;
	const char *after;
};

struct cell {
	enum stage stage;
	enum op op;
	const char *argument;
	struct seen e28, e20;
};

#include "docker_recorded.inc"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define TEXT_BYTES   2048u

/* Who was created under which name: for the ids in the recorded texts. */
struct birth {
	char name[260];
	uint64_t id;
};

struct stand {
	struct gx_docker engine;
	enum gx_docker_version version;
	struct birth births[64];
	unsigned birth_count;
	size_t next; /* row to play next */
	size_t played;
	/* The request that runs, and what became of it. */
	enum op op;
	const char *target;
	const char *argument;
	struct gx_docker_answer answer;
	char text[TEXT_BYTES];
};

static struct stand stand;

static uint64_t born_as(const char *name, size_t length)
{
	for (unsigned i = stand.birth_count; i-- > 0;)
		if (strlen(stand.births[i].name) == length && strncmp(stand.births[i].name, name, length) == 0)
			return stand.births[i].id;
	return 0;
}

static void remember_birth(const char *name, uint64_t id)
{
	struct birth *birth = &stand.births[stand.birth_count++];

	assert_true(stand.birth_count <= COUNT(stand.births));
	snprintf(birth->name, sizeof(birth->name), "%s", *name == '/' ? name + 1 : name);
	birth->id = id;
}

static void new_engine(void)
{
	gx_docker_init(&stand.engine, NULL, stand.version, GX_DOCKER_ONE_OBJECT);
	gx_docker_place_image(&stand.engine, gx_docker_intern("ws-test:1"));
	stand.birth_count = 0;
}

/* "image=x volume=y flaw=command:/x noterm unless-stopped". */
static void read_word(struct gx_docker_spec *spec, const char *word)
{
	static const char *const flaws[] = {"", "command:", "denied:", "network:", "user:", "files:"};

	if (strncmp(word, "image=", 6) == 0) {
		spec->image = gx_docker_intern(word + 6);
	} else if (strncmp(word, "volume=", 7) == 0) {
		spec->volumes[0] = gx_docker_intern(word + 7);
	} else if (strcmp(word, "noterm") == 0) {
		spec->traits &= (uint8_t)~GX_DOCKER_HANDLES_TERM;
	} else if (strcmp(word, "unless-stopped") == 0) {
		spec->traits |= GX_DOCKER_UNLESS_STOPPED;
	} else {
		assert_int_equal(strncmp(word, "flaw=", 5), 0);
		for (unsigned i = 1; i < COUNT(flaws); i++) {
			if (strncmp(word + 5, flaws[i], strlen(flaws[i])) != 0)
				continue;
			spec->flaw = (uint8_t)i;
			spec->flawed = gx_docker_intern(word + 5 + strlen(flaws[i]));
		}
		assert_int_not_equal(spec->flaw, GX_DOCKER_FLAWLESS);
	}
}

static void create(void)
{
	struct gx_docker_spec spec = {.name = gx_docker_intern(stand.target),
				      .image = gx_docker_intern("ws-test:1"),
				      .traits = GX_DOCKER_HANDLES_TERM};
	char words[256];
	char *rest = words;
	char *word;

	snprintf(words, sizeof(words), "%s", stand.argument);
	while ((word = strsep(&rest, " ")))
		if (*word)
			read_word(&spec, word);
	stand.answer = gx_docker_create(&stand.engine, &spec);
	if (stand.answer.status == 201) {
		remember_birth(stand.target, stand.answer.container);
		snprintf(stand.text, sizeof(stand.text), "(Id)");
	}
}

static int by_text(const void *left, const void *right)
{
	return strcmp(left, right);
}

static void list(bool all)
{
	struct gx_docker_filter filter = {.name = *stand.target ? stand.target : NULL, .all = all};
	struct gx_docker_entry entries[GX_DOCKER_CONTAINERS_MAX];
	char lines[GX_DOCKER_CONTAINERS_MAX][300];
	size_t length = 0;

	stand.answer = gx_docker_list(&stand.engine, &filter, entries, COUNT(entries));
	for (unsigned i = 0; i < stand.answer.number; i++)
		snprintf(lines[i], sizeof(lines[i]), "%s=%s", gx_docker_name(entries[i].name),
			 gx_docker_status_name((enum gx_docker_status)entries[i].state));
	qsort(lines, stand.answer.number, sizeof(lines[0]), by_text);
	for (unsigned i = 0; i < stand.answer.number; i++)
		length += (size_t)snprintf(stand.text + length, sizeof(stand.text) - length, "%s%s", i ? "," : "",
					   lines[i]);
}

/* "exited(3)", "running", "created(127) and State.Error". */
static void describe_inspect(void)
{
	struct gx_docker_answer error = stand.answer;
	const struct gx_docker_container *c = gx_docker_peek(&stand.engine, stand.answer.container);
	int length;

	length = snprintf(stand.text, sizeof(stand.text), "%s",
			  gx_docker_status_name((enum gx_docker_status)stand.answer.state));
	if (stand.answer.state == GX_DOCKER_EXITED || stand.answer.number)
		length +=
			snprintf(stand.text + length, sizeof(stand.text) - (size_t)length, "(%u)", stand.answer.number);
	if (!stand.answer.cause)
		return;
	error.message = stand.answer.cause;
	error.other = c->flawed;
	stand.text[length++] = ' ';
	gx_docker_message(&error, stand.version, stand.text + length, sizeof(stand.text) - (size_t)length);
}

static struct gx_docker_ref target(void)
{
	if (*stand.target == '@')
		return gx_docker_by_id(born_as(stand.target + 1, strlen(stand.target + 1)));
	return gx_docker_by_name(gx_docker_intern(stand.target));
}

static uint64_t target_id(void)
{
	return gx_docker_peek_name(&stand.engine, gx_docker_intern(stand.target))->id;
}

static void process_exits(void *arg)
{
	(void)arg;
	gx_docker_exited(&stand.engine, target_id(), (uint8_t)atoi(stand.argument));
}

static void request(void *arg)
{
	struct gx_docker *e = &stand.engine;
	struct gx_docker_ref ref = target();
	uint16_t other = gx_docker_intern(stand.argument);
	enum op op = stand.op; /* rows that are played during the request change the stand */

	(void)arg;
	memset(&stand.answer, 0, sizeof(stand.answer));
	stand.text[0] = '\0';
	switch (op) {
	case NEW_ENGINE:
		new_engine();
		return;
	case END:
		fail_msg("END without a request");
		return;
	case EXIT:
		process_exits(NULL);
		return;
	case EXIT_RESTARTING:
		assert_true(gx_double_leave_at(GX_L_DOCKER_RESPAWN, process_exits, NULL));
		return;
	case REPAIR:
		gx_docker_find(e, target_id())->flaw = GX_DOCKER_FLAWLESS;
		return;
	case CREATE:
		create();
		break;
	case START:
		stand.answer = gx_docker_start(e, ref);
		break;
	case STOP:
		stand.answer = gx_docker_stop(e, ref);
		break;
	case KILL:
		stand.answer = gx_docker_kill(e, ref, (unsigned)atoi(stand.argument));
		break;
	case REMOVE:
		stand.answer = gx_docker_remove(e, ref, false);
		break;
	case REMOVE_FORCE:
		stand.answer = gx_docker_remove(e, ref, true);
		break;
	case PAUSE:
		stand.answer = gx_docker_pause(e, ref);
		break;
	case UNPAUSE:
		stand.answer = gx_docker_unpause(e, ref);
		break;
	case INSPECT:
		stand.answer = gx_docker_inspect(e, ref);
		break;
	case EXEC:
		stand.answer = gx_docker_exec(e, ref);
		break;
	case RENAME:
		stand.answer = gx_docker_rename(e, ref, other);
		break;
	case WAIT:
		stand.answer = gx_docker_wait(e, ref, GX_DOCKER_UNTIL_NOT_RUNNING);
		break;
	case WAIT_NEXT:
		stand.answer = gx_docker_wait(e, ref, GX_DOCKER_UNTIL_NEXT_EXIT);
		break;
	case WAIT_REMOVED:
		stand.answer = gx_docker_wait(e, ref, GX_DOCKER_UNTIL_REMOVED);
		break;
	case LIST:
		list(false);
		break;
	case LIST_ALL:
		list(true);
		break;
	case ARCHIVE:
		stand.answer = gx_docker_put_archive(e, ref, 1, 1);
		break;
	case VOLUME_CREATE:
		stand.answer = gx_docker_volume_create(e, ref.name);
		break;
	case VOLUME_INSPECT:
		stand.answer = gx_docker_volume_inspect(e, ref.name);
		break;
	case VOLUME_REMOVE:
		stand.answer = gx_docker_volume_remove(e, ref.name, false);
		break;
	case VOLUME_REMOVE_FORCE:
		stand.answer = gx_docker_volume_remove(e, ref.name, true);
		break;
	case IMAGE_INSPECT:
		stand.answer = gx_docker_image_inspect(e, ref.name);
		break;
	}
	if (op == INSPECT && stand.answer.status == 200)
		describe_inspect();
	else if (stand.answer.message || (op != CREATE && op != LIST && op != LIST_ALL))
		gx_docker_message(&stand.answer, stand.version, stand.text, sizeof(stand.text));
	if (stand.text[0] && stand.text[strlen(stand.text) - 1] == '\n')
		stand.text[strlen(stand.text) - 1] = '\0';
}

/* Ask, and leave status and text in the stand. */
static void ask(enum op op, const char *of, const char *argument)
{
	stand.op = op;
	stand.target = of;
	stand.argument = argument;
	if (!gx_double_blocks(request, NULL))
		return;
	stand.answer = (struct gx_docker_answer){.status = 200};
	snprintf(stand.text, sizeof(stand.text), "(blocks)");
}

/* Does a text say what was recorded, ids put in? */
static bool agrees(const char *text, const char *recorded)
{
	char hex[GX_DOCKER_HEX_BYTES];
	const char *end;
	uint64_t id;

	for (; *recorded; recorded++, text++) {
		if (*recorded != '<') {
			if (*recorded != *text)
				return false;
			continue;
		}
		end = strchr(recorded, '>');
		if (strspn(text, "0123456789abcdef") != 64)
			return false;
		id = born_as(recorded + 1, (size_t)(end - recorded - 1));
		gx_docker_hex(id, hex);
		if (strncmp(recorded, "<?>", 3) != 0 && (!id || strncmp(text, hex, 64) != 0))
			return false;
		text += 63;
		recorded = end;
	}
	return !*text;
}

static void compare(const char *key, unsigned status, const char *text, unsigned recorded, const char *recorded_text)
{
	if (status != recorded || !agrees(text, recorded_text))
		fail_msg("%s on %s: recorded %u \"%s\", got %u \"%s\"", key,
			 stand.version == GX_DOCKER_E28 ? "E28" : "E20", recorded, recorded_text, status, text);
}

static void play_row(void);

static void play_to_end(void *arg)
{
	(void)arg;
	while (exchanges[stand.next].op != END)
		play_row();
	stand.next++;
}

static void play_row(void)
{
	const struct exchange *row = &exchanges[stand.next++];
	const struct recorded *recorded = stand.version == GX_DOCKER_E20 && row->e20.status ? &row->e20 : &row->e28;
	size_t before = stand.next;

	if (row->during)
		gx_double_at(row->during, play_to_end, NULL);
	ask(row->op, row->target, row->argument);
	if (row->during && stand.next == before)
		fail_msg("%s did not come to %u", row->key ? row->key : "a row", row->during);
	if (!row->key) {
		if (gx_docker_is_error(&stand.answer))
			fail_msg("row %zu: the stage could not be set: %s", before - 1, stand.text);
		return;
	}
	compare(row->key, stand.answer.status, stand.text, recorded->status, recorded->text);
	stand.played++;
}

static void play_all(enum gx_docker_version version)
{
	size_t keys = 0;

	gx_double_reset();
	memset(&stand, 0, sizeof(stand));
	stand.version = version;
	while (stand.next < COUNT(exchanges)) {
		play_row();
		gx_double_op_count = 0;
		gx_double_fact_count = 0;
	}
	for (size_t i = 0; i < COUNT(exchanges); i++)
		keys += exchanges[i].key != NULL;
	assert_int_equal(stand.played, keys);
}

static void what_28_answered_in_sequence_the_fake_answers(void **state)
{
	(void)state;
	play_all(GX_DOCKER_E28);
}

static void what_20_answered_in_sequence_the_fake_answers(void **state)
{
	(void)state;
	play_all(GX_DOCKER_E20);
}

/* ---- the state matrix ---- */

static void set_stage(enum stage stage)
{
	static const char *const specs[] = {[IN_START_FAILED] = "flaw=command:/no/such",
					    [IN_RESTARTING] = "unless-stopped",
					    [IN_DEAD] = "flaw=files:hosts"};

	new_engine();
	if (stage == IN_ABSENT)
		return;
	ask(CREATE, "ws-m", stage < COUNT(specs) && specs[stage] ? specs[stage] : "");
	if (stage == IN_CREATED)
		return;
	if (stage == IN_DEAD) {
		ask(REMOVE, "ws-m", "");
		return;
	}
	ask(START, "ws-m", "");
	if (stage == IN_PAUSED)
		ask(PAUSE, "ws-m", "");
	else if (stage == IN_EXITED)
		ask(EXIT, "ws-m", "3");
	else if (stage == IN_KILLED)
		ask(KILL, "ws-m", "9");
	else if (stage == IN_RESTARTING)
		ask(EXIT_RESTARTING, "ws-m", "1");
}

/* The policy starts the process and it ends again. */
static void next_run(void *arg)
{
	struct gx_docker_container *c = &stand.engine.containers[0];

	(void)arg;
	gx_docker_begin_process(&stand.engine, c);
	stand.target = "ws-m";
	stand.argument = "1";
	assert_true(gx_double_leave_at(GX_L_DOCKER_RESPAWN, process_exits, NULL));
}

static const char *state_now(const char *name)
{
	static char text[64];
	const struct gx_docker_container *c = gx_docker_peek_name(&stand.engine, gx_docker_intern(name));
	int length =
		snprintf(text, sizeof(text), "%s", gx_docker_status_name(c ? gx_docker_state_of(c) : GX_DOCKER_ABSENT));

	if (c && gx_docker_state_of(c) == GX_DOCKER_EXITED)
		snprintf(text + length, sizeof(text) - (size_t)length, "(%u)", c->exit_code);
	return text;
}

/* What a process does on its own account, the recorder having waited for it. */
static void let_process_act(const struct cell *cell, const struct seen *seen)
{
	if (cell->stage == IN_EXITED && cell->op == START)
		ask(EXIT, "ws-m", "3"); /* this one never runs for long */
	if (cell->op == KILL && strcmp(cell->argument, "15") == 0 && seen->status == 204 &&
	    strcmp(seen->after, "exited(0)") == 0)
		ask(EXIT, "ws-m", "0");
}

static void play_cell(const struct cell *cell)
{
	const struct seen *seen = stand.version == GX_DOCKER_E20 && cell->e20.status ? &cell->e20 : &cell->e28;
	const char *name = cell->op == RENAME && seen->status == 204 ? cell->argument : "ws-m";
	char key[64];

	set_stage(cell->stage);
	if (cell->stage == IN_RESTARTING && cell->op == WAIT)
		gx_double_at(GX_L_DOCKER_WAIT_DONE, next_run, NULL);
	ask(cell->op, "ws-m", cell->argument);
	if (stand.answer.status < 300 && cell->op != WAIT)
		stand.text[0] = '\0'; /* ids and objects, which the matrix does not keep */
	snprintf(key, sizeof(key), "cell %u/%u", (unsigned)cell->stage, (unsigned)cell->op);
	compare(key, stand.answer.status, stand.text, seen->status, seen->text);
	let_process_act(cell, seen);
	if (strcmp(state_now(name), seen->after) != 0)
		fail_msg("%s: afterwards recorded %s, got %s", key, seen->after, state_now(name));
}

static void play_matrix(enum gx_docker_version version)
{
	memset(&stand, 0, sizeof(stand));
	stand.version = version;
	for (size_t i = 0; i < COUNT(cells); i++) {
		gx_double_reset();
		play_cell(&cells[i]);
	}
}

static void every_operation_in_every_state_answers_as_28_did(void **state)
{
	(void)state;
	play_matrix(GX_DOCKER_E28);
}

static void every_operation_in_every_state_answers_as_20_did(void **state)
{
	(void)state;
	play_matrix(GX_DOCKER_E20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_28_answered_in_sequence_the_fake_answers),
		cmocka_unit_test(what_20_answered_in_sequence_the_fake_answers),
		cmocka_unit_test(every_operation_in_every_state_answers_as_28_did),
		cmocka_unit_test(every_operation_in_every_state_answers_as_20_did),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	gx_docker_forget_names();
	return failed;
}
