/*
 * One identity: the same search in two processes has the same states, hashes and repros, whatever lies around them.
 *
 *     search(&plain, "double-click", gate)     in a process of its own; what its JSON result says
 *     search(&(struct around){...}, ...)       in one that a large environment, another folder, ... surround
 *
 * The gate is a plugin with static data, and its steps depend on where that lies: at another address it is another program.
 */
#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "core/sanitizer.h"
#include "tests/machine.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { WORDS_MAX = 16, ENVIRONMENT_BYTES = 60000 };

static char program[PATH_MAX]; /* absolute */
static char scenarios[PATH_MAX];
static char folder[FOLDER_BYTES];
static char gate[PATH_MAX];
static char copy[PATH_MAX]; /* of the gate, elsewhere */
static char other[PATH_MAX];
static char stuck[PATH_MAX];
static bool allowed; /* personality() is, here */

/* ---- the gates ---- */

/*
 * How often it yields depends on the page that its static data lies in. STUCK it takes its lock twice: what a hash of the end sees of
 * stacks are those of tasks that never end.
 */
static const char source[] =
	"#include <gatecrash/gate.h>\n"
	"#include <pthread.h>\n"
	"#include <sched.h>\n"
	"#include <stdint.h>\n"
	"#include <stdio.h>\n"
	"enum { LOCKED, OPEN, STUCK };\n"
	"static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;\n"
	"static unsigned calls;\n"
	"static char text[64];\n"
	"static void *state;\n"
	"static void *open_gate(void) { return &calls; }\n"
	"static void close_gate(void *gate) { (void)gate; }\n"
	"static void work(void *request)\n"
	"{\n"
	"	char local[32];\n"
	"	snprintf(local, sizeof(local), \"%u %p %f\", ++calls, request, 0.5);\n"
	"	snprintf(text, sizeof(text), \"%s by %p\", local, (void *)work);\n"
	"	for (unsigned i = 0; i < ((uintptr_t)&calls >> 12 & 3); i++)\n"
	"		sched_yield();\n"
	"	if (KIND == STUCK)\n"
	"		pthread_mutex_lock(&mutex);\n"
	"	if (gx_stop(request) == GX_LEG_DONE)\n"
	"		gx_start(request);\n"
	"}\n"
	"static enum gx_outcome handle(void *gate, const struct gx_request *request)\n"
	"{\n"
	"	state = gate;\n"
	"	if (KIND != OPEN)\n"
	"		pthread_mutex_lock(&mutex);\n"
	"	work((void *)request);\n"
	"	if (KIND != OPEN)\n"
	"		pthread_mutex_unlock(&mutex);\n"
	"	return GX_RAN;\n"
	"}\n"
	"static const struct gx_gate gate = {GX_GATE_ABI, \"static-data\", \"has static data\", open_gate, close_gate, handle};\n"
	"const struct gx_gate *gx_gate_plugin(void) { return &gate; }\n";

/* With the guards that some distributions have their compilers put into every function. */
static void build(const char *path, const char *kind)
{
	char text[PATH_MAX + 8];
	FILE *out;

	snprintf(text, sizeof(text), "%s.c", path);
	out = fopen(text, "w");
	assert_non_null(out);
	fputs(source, out);
	assert_int_equal(fclose(out), 0);
	shell("cc -shared -fPIC -fstack-protector-all -DKIND=%s -Iharness/include -o '%s' '%s'", kind, path, text);
}

/* ---- processes ---- */

/* What is out of the ordinary around a process. */
struct around {
	bool large_environment;
	bool endless_stack;
	bool elsewhere;        /* another folder, the program by another path */
	const char *gate;      /* one that is loaded, and searched with, before */
	const char *scenario;  /* the same */
	bool no_personality;   /* forbidden */
	bool mute_personality; /* without effect */
};

/* As a container's filter does, without a way back. */
static void forbid_personality(unsigned answer)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), /* the call's number */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_personality, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | answer),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog all = {.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all))
		_exit(125);
}

static void __attribute__((noreturn)) become(const struct around *around, char **argv)
{
	static char large[ENVIRONMENT_BYTES];

	setenv("GATECRASH_SCENARIOS", scenarios, 1);
	memset(large, 'x', sizeof(large) - 1);
	if (around->large_environment)
		setenv("GATECRASH_LARGE", large, 1);
	if (around->endless_stack)
		setrlimit(RLIMIT_STACK, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY});
	if (around->elsewhere && chdir(folder))
		_exit(126);
	if (around->no_personality)
		forbid_personality(EPERM);
	if (around->mute_personality)
		forbid_personality(0);
	execv(around->elsewhere ? "./program" : program, argv);
	_exit(127);
}

/* Run it and read what it prints; its exit status. */
static int run(const struct around *around, const char *const *words, char **printed)
{
	char *argv[WORDS_MAX + 2] = {strdup(around->elsewhere ? "./program" : program)};
	size_t size = 0;
	int status;
	int ends[2];
	pid_t child;
	FILE *out;
	FILE *kept = open_memstream(printed, &size);

	for (unsigned i = 0; words[i]; i++)
		argv[i + 1] = strdup(words[i]);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		dup2(ends[1], STDOUT_FILENO);
		become(around, argv);
	}
	close(ends[1]);
	out = fdopen(ends[0], "r");
	for (int c = fgetc(out); c != EOF; c = fgetc(out))
		fputc(c, kept);
	fclose(out);
	fclose(kept);
	assert_int_equal(waitpid(child, &status, 0), child);
	for (unsigned i = 0; argv[i]; i++)
		free(argv[i]);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* ---- searches ---- */

/* What two processes have to agree about. */
struct seen {
	char identity[16];
	char end_hash[24];
	json_int_t states;
	json_int_t transitions;
	size_t repro_count;
	char repros[64][1024]; /* behind the gate's name, which may be another path */
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (!text)
		fail_msg("%s is no text", key);
	return text;
}

static void see(struct seen *out, const json_t *run)
{
	const json_t *explored = json_object_get(run, "explored");
	const json_t *findings = json_object_get(run, "findings");

	snprintf(out->identity, sizeof(out->identity), "%s", text_of(run, "identity"));
	snprintf(out->end_hash, sizeof(out->end_hash), "%s", text_of(explored, "end_hash"));
	out->states = json_integer_value(json_object_get(explored, "states"));
	out->transitions = json_integer_value(json_object_get(explored, "transitions"));
	out->repro_count = json_array_size(findings);
	for (size_t i = 0; i < out->repro_count; i++) {
		const char *repro = text_of(json_array_get(findings, i), "repro");

		for (unsigned colons = 0; colons < 3; repro++)
			colons += *repro == ':';
		assert_true(i < 64 && strlen(repro) < 1024);
		strcpy(out->repros[i], repro);
	}
}

static void search(const struct around *around, struct seen *out, const char *scenario, const char *which)
{
	const char *words[WORDS_MAX] = {"run", "--report", "json"};
	unsigned count = 3;
	char *printed;
	json_error_t error;
	json_t *result;
	json_t *runs;

	if (around->scenario)
		words[count++] = around->scenario;
	words[count++] = scenario;
	if (around->gate) {
		words[count++] = "--gate";
		words[count++] = around->gate;
	}
	words[count++] = "--gate";
	words[count++] = which;
	assert_in_range(run(around, words, &printed), 0, 1);
	result = json_loads(printed, 0, &error);
	if (!result)
		fail_msg("%s: %s", printed, error.text);
	runs = json_object_get(result, "runs");
	memset(out, 0, sizeof(*out));
	see(out, json_array_get(runs, json_array_size(runs) - 1));
	json_decref(result);
	free(printed);
}

static void assert_same(const struct seen *a, const struct seen *b)
{
	assert_string_equal(a->end_hash, b->end_hash);
	assert_int_equal(a->states, b->states);
	assert_int_equal(a->transitions, b->transitions);
	assert_int_equal(a->repro_count, b->repro_count);
	for (size_t i = 0; i < a->repro_count; i++)
		assert_string_equal(a->repros[i], b->repros[i]);
}

/* ---- tests ---- */

static const struct around plain;

static void need_personality(void)
{
	if (allowed)
		return;
	SKIP("personality() is forbidden here");
}

static void need_one_identity(void)
{
	need_personality();
	if (!GX_ASAN)
		return;
	SKIP("ASan's frames have no identity");
}

static void the_same_search_has_one_hash_in_every_process(void **state)
{
	static const struct around arounds[] = {
		{0},
		{.large_environment = true},
		{.endless_stack = true},
		{.elsewhere = true},
		{.gate = "per-workspace"},
		{.gate = other},
		{.scenario = "no-backend"},
		{.gate = other, .large_environment = true, .elsewhere = true, .endless_stack = true},
	};
	const char *const gates[] = {gate, stuck, "per-workspace", "relock"};
	static struct seen first;
	static struct seen seen;

	(void)state;
	need_one_identity();
	for (size_t i = 0; i < COUNT(gates); i++) {
		search(&plain, &first, "single", gates[i]);
		assert_int_equal(strlen(first.end_hash), 16);
		assert_true(first.states > 0);
		for (size_t j = 0; j < COUNT(arounds); j++) {
			search(&arounds[j], &seen, "single", gates[i]);
			assert_same(&first, &seen);
			assert_string_equal(seen.identity, "machine");
		}
	}
}

static void where_the_file_lies_does_not_count(void **state)
{
	static struct seen here;
	static struct seen there;

	(void)state;
	need_one_identity();
	search(&plain, &here, "single", gate);
	search(&plain, &there, "single", copy);
	assert_same(&here, &there);
}

/* Other code, other states: the hash does tell searches apart. */
static void another_gate_has_another_hash(void **state)
{
	static struct seen one;
	static struct seen two;

	(void)state;
	search(&plain, &one, "single", gate);
	search(&plain, &two, "single", other);
	assert_string_not_equal(one.end_hash, two.end_hash);
}

static void a_race_has_the_same_repros_in_every_process(void **state)
{
	static const struct around around = {.large_environment = true, .gate = other};
	static struct seen first;
	static struct seen seen;

	(void)state;
	need_one_identity();
	search(&plain, &first, "double-click", "none");
	search(&around, &seen, "double-click", "none");
	assert_true(first.repro_count > 3);
	assert_same(&first, &seen);
}

static void a_repro_of_a_gate_with_static_data_replays_in_100_of_100_processes(void **state)
{
	const char *find[] = {"run",    "double-click",    "--gate",   other,  "--strategy",
			      "random", "--stop-at-first", "--report", "json", NULL};
	unsigned times = 100;
	char *printed;
	json_error_t error;
	json_t *result;
	const char *repro;

	(void)state;
	need_personality();
	assert_int_equal(run(&plain, find, &printed), 1);
	result = json_loads(printed, 0, &error);
	assert_non_null(result);
	free(printed);
	repro = text_of(json_array_get(json_object_get(json_array_get(json_object_get(result, "runs"), 0), "findings"),
				       0),
			"repro");
	for (unsigned i = 0; i < times; i++) {
		const struct around around = {.large_environment = i & 1, .endless_stack = i & 2, .elsewhere = i & 4};
		const char *again[] = {"replay", repro, "--quiet", NULL};

		assert_int_equal(run(&around, again, &printed), 1);
		free(printed);
	}
	json_decref(result);
}

/* Docker does. And so that nothing starts itself again and again: where the call has no effect. */
static void without_personality_it_goes_on_and_says_so(void **state)
{
	static const struct around arounds[] = {{.no_personality = true}, {.mute_personality = true}};
	static struct seen first;
	static struct seen seen;

	(void)state;
	search(&plain, &first, "single", "none");
	for (size_t i = 0; i < 2; i++) {
		search(&arounds[i], &seen, "single", "none");
		assert_string_equal(seen.identity, "process");
		assert_int_equal(seen.states, first.states);
		assert_int_equal(seen.transitions, first.transitions);
	}
}

/* ---- */

static int set_up(void **state)
{
	const char *from = getenv("GATECRASH");

	(void)state;
	assert_non_null(realpath(from ? from : "build/gatecrash", program));
	assert_non_null(realpath("scenarios", scenarios));
	assert_true(new_folder(folder, "identity"));
	snprintf(gate, sizeof(gate), "%s/gate.so", folder);
	snprintf(other, sizeof(other), "%s/other.so", folder);
	snprintf(stuck, sizeof(stuck), "%s/stuck.so", folder);
	snprintf(copy, sizeof(copy), "%s/a-copy-under-a-name-that-is-longer.so", folder);
	build(gate, "LOCKED");
	build(other, "OPEN");
	build(stuck, "STUCK");
	shell("cp '%s' '%s'", gate, copy);
	shell("ln -s '%s' '%s/program'", program, folder);
	allowed = personality(ADDR_NO_RANDOMIZE) != -1 && personality(0xffffffff) & ADDR_NO_RANDOMIZE;
	personality(0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	shell("rm -rf '%s'", folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_search_has_one_hash_in_every_process),
		cmocka_unit_test(where_the_file_lies_does_not_count),
		cmocka_unit_test(another_gate_has_another_hash),
		cmocka_unit_test(a_race_has_the_same_repros_in_every_process),
		cmocka_unit_test(a_repro_of_a_gate_with_static_data_replays_in_100_of_100_processes),
		cmocka_unit_test(without_personality_it_goes_on_and_says_so),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
