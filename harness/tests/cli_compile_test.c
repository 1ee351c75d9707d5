/*
 * Gates from source: --gate FILE.c, `gatecrash cc`. And what is seen of their memory.
 */
#include "cli_run.h"

#include "core/sanitizer.h"

static const char head[] = "#include <gatecrash/gate.h>\n"
			   "#include <pthread.h>\n"
			   "#include <stdatomic.h>\n"
			   "#include <stdbool.h>\n"
			   "#include <stdlib.h>\n"
			   "#include <string.h>\n"
			   "#include <unistd.h>\n"
			   "static int it;\n"
			   "static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;\n";

static const char tail[] =
	"static void *open_gate(void) { return &it; }\n"
	"static void close_gate(void *gate) { (void)gate; }\n"
	"static enum gx_outcome handle(void *gate, const struct gx_request *request)\n"
	"{\n"
	"	(void)gate;\n"
	"	(void)m;\n"
	"	enter();\n"
	"	if (gx_stop(request) == GX_LEG_DONE)\n"
	"		gx_start(request);\n"
	"	leave();\n"
	"	return GX_RAN;\n"
	"}\n"
	"static const struct gx_gate gate = {GX_GATE_ABI, \"mine\", \"mine\", open_gate, close_gate, handle};\n"
	"EXPORT const struct gx_gate *gx_gate_plugin(void) { return &gate; }\n";

#define LOCKED \
	"static void enter(void) { pthread_mutex_lock(&m); }\nstatic void leave(void) { pthread_mutex_unlock(&m); }\n"

/* A gate whose enter() and leave() these are; its path. */
static char *gate(const char *name, const char *body)
{
	const char *export = strstr(name, ".c") && strlen(strstr(name, ".c")) > 2 ? "#define EXPORT extern \"C\"\n"
										  : "#define EXPORT\n";

	return write_file(name, format("%s%s%s%s", export, head, body, tail));
}

/* Compilers that count how often they are called, and a cache of our own. */
static void set_up_compilers(void)
{
	char *path;

	path = write_file("cc-counted", "#!/bin/sh\necho run >>\"$COUNT\"\nexec ${REAL_CC:-cc} \"$@\"\n");
	assert_int_equal(chmod(path, 0755), 0);
	setenv("COUNT", format("%s/count", folder), 1);
	setenv("CC", path, 1);
	setenv("XDG_CACHE_HOME", format("%s/cache", folder), 1);
}

static unsigned times_compiled(void)
{
	FILE *in = fopen(format("%s/count", folder), "r");
	unsigned lines = 0;
	int c;

	while (in && (c = getc(in)) != EOF)
		lines += c == '\n';
	if (in)
		fclose(in);
	(void)unlink(format("%s/count", folder));
	return lines;
}

static void a_gate_is_compiled_once(void **state)
{
	char *path = gate("once.c", "#include \"once.h\"\n" LOCKED);

	(void)state;
	write_file("once.h", "/* nothing */\n");
	run("run", "single", "--gate", path);
	assert_status(0);
	assert_silent(ran.err);
	assert_int_equal(times_compiled(), 3); /* assembled and linked, too */
	run("run", "single", "--gate", path);
	assert_status(0);
	assert_int_equal(times_compiled(), 0);
	write_file("once.h", "/* a change in a header */\n");
	run("run", "single", "--gate", path);
	assert_int_equal(times_compiled(), 3);
	write_file("once.h", "/* nothing */\n");
	run("run", "single", "--gate", path);
	assert_int_equal(times_compiled(), 0); /* that one is there still */
	setenv("CC", "cc", 1);
	run("run", "single", "--gate", path);
	assert_status(0);
	set_up_compilers();
}

static void what_the_compiler_says_is_shown(void **state)
{
	char *path =
		gate("wrong.c", "static void enter(void) { undeclared(); }\nstatic void leave(void) { return 1 }\n");

	(void)state;
	run("run", "single", "--gate", path);
	assert_status(2);
	assert_silent(ran.out);
	assert_says(ran.err, "wrong.c");
	assert_says(ran.err, "error:");
	assert_says(ran.err, "the compiler would not, see above");
	(void)times_compiled();
}

static void without_a_compiler_one_line_says_so(void **state)
{
	char *path = gate("lonely.c", LOCKED);

	(void)state;
	setenv("CC", "no-such-compiler", 1);
	run("run", "single", "--gate", path);
	assert_complaint(2, "cannot run the compiler no-such-compiler");
	set_up_compilers();
	run("run", "single", "--gate", format("%s/nowhere.c", folder));
	assert_complaint(2, "nowhere.c: cannot open the gate: No such file or directory");
}

static void a_damaged_or_missing_cache_is_no_trouble(void **state)
{
	char *path = gate("cached.c", LOCKED);

	(void)state;
	run("run", "single", "--gate", path);
	assert_status(0);
	assert_int_equal(system(format("rm %s/cache/gatecrash/gate-*.so", folder)), 0);
	run("run", "single", "--gate", path);
	assert_status(0);
	assert_int_equal(system(format("for f in %s/cache/gatecrash/*.list; do echo /nowhere >>$f; done", folder)), 0);
	run("run", "single", "--gate", path);
	assert_status(0);
	setenv("XDG_CACHE_HOME", "/proc", 1);
	setenv("HOME", "/proc", 1);
	run("run", "single", "--gate", path);
	assert_status(0);
	set_up_compilers();
	(void)times_compiled();
}

static void two_at_once_do_not_meet(void **state)
{
	char *path = gate("both.c", LOCKED);

	(void)state;
	assert_int_equal(system(format("%s run single --gate %s >%s/a & %s run single --gate %s >%s/b; wait $! && "
				       "sed 's/([0-9.]* s)//' %s/a >%s/c && sed 's/([0-9.]* s)//' %s/b | cmp - %s/c",
				       program, path, folder, program, path, folder, folder, folder, folder, folder)),
			 0);
	(void)times_compiled();
}

static void several_files_make_one_gate(void **state)
{
	char *one = gate("one.c", "void enter(void);\nvoid leave(void);\n");
	char *two = write_file("two.c", "#include <pthread.h>\nvoid enter(void);\nvoid leave(void);\n"
					"static pthread_mutex_t n = PTHREAD_MUTEX_INITIALIZER;\n"
					"void enter(void) { pthread_mutex_lock(&n); }\n"
					"void leave(void) { pthread_mutex_unlock(&n); }\n");

	(void)state;
	run("run", "double-click", "--gate", format("%s,%s", one, two));
	assert_status(0);
	assert_says(ran.out, "clean, complete");
	(void)times_compiled();
}

static void a_repro_names_the_source_wherever_it_is_played(void **state)
{
	char *repro;
	char *end;

	(void)state;
	gate("none.c", "static void enter(void) {}\nstatic void leave(void) {}\n");
	run_in(folder, "run", "double-click", "--gate", "none.c");
	assert_status(1);
	repro = strstr(ran.out, "gx1:");
	assert_non_null(repro);
	end = strchr(repro, '\'');
	assert_non_null(end);
	repro = format("%.*s", (int)(end - repro), repro);
	assert_non_null(strstr(repro, folder));
	run("replay", repro);
	assert_status(1);
	assert_says(ran.out, "name-conflict (ws-a)");
	(void)times_compiled();
}

/* ---- what is seen of memory ---- */

#define FLAG                                                                    \
	"static bool busy;\n"                                                   \
	"static void enter(void) { while (busy) usleep(1000); busy = true; }\n" \
	"static void leave(void) { busy = false; }\n"

static const struct watched {
	const char *name;
	const char *body;
	const char *shows;  /* NULL: clean */
	const char *access; /* among what --points access shows; NULL: nothing more */
} watched[] = {
	{"flag", FLAG, "data-race: manual-restart#1 writes busy in leave() (", "name-conflict"},
	{"atomic-flag",
	 "static atomic_bool busy;\n"
	 "static void enter(void) { while (busy) usleep(1000); busy = true; }\n"
	 "static void leave(void) { busy = false; }\n",
	 "name-conflict (ws-a)", NULL},
	{"spin",
	 "static atomic_bool busy;\nstatic int count;\n"
	 "static void enter(void) { while (atomic_exchange(&busy, true)) usleep(1000); count++; }\n"
	 "static void leave(void) { count--; busy = false; }\n",
	 NULL, NULL},
	{"count-outside",
	 "static int count;\n"
	 "static void enter(void) { pthread_mutex_lock(&m); }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); count++; }\n",
	 "data-race: manual-restart#", "data-race"},
	{"count-inside",
	 "static int count;\n"
	 "static void enter(void) { pthread_mutex_lock(&m); count++; }\n"
	 "static void leave(void) { count--; pthread_mutex_unlock(&m); }\n",
	 NULL, NULL},
	{"freed",
	 "static int *last;\n"
	 "static void enter(void) { pthread_mutex_lock(&m); last = malloc(4); free(last); *last = 7; }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); }\n",
	 "allocated and manual-restart#1 has freed in enter() (", NULL},
	{"freed-atomic",
	 "static void enter(void) { pthread_mutex_lock(&m); atomic_int *p = malloc(4); free((void *)p); atomic_fetch_add(p, 1); }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); }\n",
	 "where no block is", NULL},
	{"atomic-beyond-a-block",
	 "static void enter(void) { pthread_mutex_lock(&m); atomic_long *p = malloc(4); atomic_store(p, 1); free((void *)p); }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); }\n",
	 "beyond the end of a block", NULL},
	{"atomic-and-plain",
	 "static int n;\n"
	 "static void enter(void) { pthread_mutex_lock(&m); __atomic_store_n(&n, 1, __ATOMIC_SEQ_CST); }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); n = 2; }\n",
	 "data-race: manual-restart#", "data-race"},
	{"atomic-and-plain-in-the-lock",
	 "static int n;\n"
	 "static void enter(void) { pthread_mutex_lock(&m); __atomic_store_n(&n, 1, __ATOMIC_SEQ_CST); n = 2; }\n"
	 "static void leave(void) { n = 3; pthread_mutex_unlock(&m); }\n",
	 NULL, NULL},
	{"freed-and-given-out-again",
	 "static int *last;\nstatic void drop(void) { free(last); }\n"
	 "static void enter(void) { pthread_mutex_lock(&m); last = malloc(4); int *p = last; drop(); last = malloc(4); *p = 7; drop(); }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); }\n",
	 "where no block is; allocated in enter() (freed-and-given-out-again", NULL},
	{"freed-in-steps-before",
	 "static void enter(void) { pthread_mutex_lock(&m); int *p = malloc(4); free(p); usleep(1); p = malloc(4); *p = 7; free(p); }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); }\n",
	 NULL, NULL},
	{"overflow",
	 "static void enter(void) { pthread_mutex_lock(&m); char *p = malloc(16); memset(p, 1, 17); free(p); }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); }\n",
	 "memory that manual-restart#1 allocated in enter() (", NULL},
	{"string-without-its-end",
	 "static void enter(void) { pthread_mutex_lock(&m); char *p = malloc(4); strcpy(p, \"ws-a\"); free(p); }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); }\n",
	 "beyond the end of a block", NULL},
	{"string-with-its-end",
	 "static void enter(void) { pthread_mutex_lock(&m); char *p = malloc(5); strcpy(p, \"ws-a\"); free(p); }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); }\n",
	 NULL, NULL},
	{"underflow",
	 "static void enter(void) { pthread_mutex_lock(&m); int *p = malloc(16); p[-1] = 0; free(p); }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); }\n",
	 "before the begin of a block", NULL},
	{"stack-of-another",
	 "static int *shared;\n"
	 "static void *reads(void *p) { shared = p; return NULL; }\n"
	 "static void enter(void) { pthread_mutex_lock(&m); int local = 1; pthread_t t;\n"
	 "	pthread_create(&t, NULL, reads, &local); local = 2; (void)local; pthread_join(t, NULL); }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); }\n",
	 NULL, NULL},
	{"races-on-a-stack",
	 "static void *writes(void *p) { *(int *)p = 3; return NULL; }\n"
	 "static void enter(void) { pthread_mutex_lock(&m); int local = 1; pthread_t t;\n"
	 "	pthread_create(&t, NULL, writes, &local); local = 2; pthread_join(t, NULL); (void)local; }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); }\n",
	 "data-race: manual-restart#", "data-race"},
	{"published-and-then-written",
	 "static int *shared;\nstatic int got;\n"
	 "static void *other(void *p) { (void)p; pthread_mutex_lock(&m); if (shared) got = *shared;\n"
	 "	pthread_mutex_unlock(&m); return NULL; }\n"
	 "static pthread_mutex_t n = PTHREAD_MUTEX_INITIALIZER;\n"
	 "static void enter(void) { pthread_mutex_lock(&n); int local = 1; pthread_t t;\n"
	 "	pthread_create(&t, NULL, other, NULL);\n"
	 "	pthread_mutex_lock(&m); shared = &local; pthread_mutex_unlock(&m); local = 2; (void)local;\n"
	 "	pthread_join(t, NULL); shared = NULL; }\n"
	 "static void leave(void) { pthread_mutex_unlock(&n); }\n",
	 "data-race: manual-restart#", "data-race"},
	{"frame-that-was-left",
	 "static int *kept;\n"
	 "static void *reads(void *p) { return (void *)(long)*(int *)p; }\n"
	 "static void keeps(void) { int local = 1; kept = &local; }\n"
	 "static void enter(void) { pthread_mutex_lock(&m); keeps(); pthread_t t;\n"
	 "	pthread_create(&t, NULL, reads, (char *)kept - 4096); pthread_join(t, NULL); }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); }\n",
	 "in a frame that has been left", NULL},
	{"thread-local-of-an-ended-thread",
	 "static __thread int mine; static int *kept;\n"
	 "static void *keeps(void *p) { mine = 3; kept = &mine; return p; }\n"
	 "static void enter(void) { pthread_mutex_lock(&m); pthread_t t; pthread_create(&t, NULL, keeps, NULL);\n"
	 "	pthread_join(t, NULL); *kept = 4; }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); }\n",
	 "where no block is; it went with its thread", NULL},
	{"libc-written-over",
	 "#include <stdio.h>\n"
	 "static void enter(void) { pthread_mutex_lock(&m); memset((char *)stdout, 0, 8); }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); }\n",
	 "requests, and what the harness and libc keep, are not the gate's", NULL},
	{"errno-set",
	 "#include <errno.h>\n"
	 "static void enter(void) { pthread_mutex_lock(&m); errno = 0; }\n"
	 "static void leave(void) { errno = EINTR; pthread_mutex_unlock(&m); }\n",
	 NULL, NULL},
	{"own-frame-that-was-left",
	 "static int *kept;\n"
	 "static void keeps(void) { int local = 1; kept = &local; }\n"
	 "static void enter(void) { pthread_mutex_lock(&m); keeps(); *kept += 1; }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); }\n",
	 "in a frame that has been left", NULL},
	/* Arguments of calls, an array of a size that only running knows, memory from alloca(): below all that, nothing. */
	{"own-frame-that-is-there",
	 "#include <alloca.h>\n"
	 "static long sum(int *a, int b, int c, int d, int e, int f, int g, int *h) { *h += b + c + d + e + f + g; return *a + *h; }\n"
	 "static void enter(void) { pthread_mutex_lock(&m); int n = 7; int some[n]; int *more = alloca(64 * sizeof(int));\n"
	 "	for (int i = 0; i < n; i++) some[i] = i; for (int i = 0; i < 64; i++) more[i] = i;\n"
	 "	(void)sum(some, 1, 2, 3, 4, 5, 6, more); memset(more, 0, 64 * sizeof(int)); }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); }\n",
	 NULL, NULL},
};

static void expect_watched(const struct watched *it, const char *path)
{
	run("run", "double-click", "--gate", path);
	assert_status(it->shows ? 1 : 0);
	if (it->shows)
		assert_says(ran.out, it->shows);
	else
		assert_says(ran.out, "clean, complete");
	if (says(ran.out, "were not watched"))
		FAIL("memory was watched\n");
	if (!it->access)
		return;
	run("run", "double-click", "--gate", path, "--points", "access");
	assert_status(1);
	assert_says(ran.out, it->access);
	assert_says(ran.out, "gx1a:");
}

static void accesses_are_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++)
		expect_watched(&watched[i], gate(format("%s.c", watched[i].name), watched[i].body));
	(void)times_compiled();
}

static void by_clang_they_are_seen_as_well(void **state)
{
	(void)state;
	if (system("command -v clang >/dev/null")) {
		print_message("skipped: there is no clang here\n");
		skip();
	}
	setenv("REAL_CC", "clang", 1);
	write_file("cc-counted", "#!/bin/sh\nexec clang \"$@\"\n");
	setenv("CC", "clang", 1);
	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++)
		expect_watched(&watched[i], gate(format("%s-clang.c", watched[i].name), watched[i].body));
	set_up_compilers();
	unsetenv("REAL_CC");
}

/* ---- file and line ---- */

/* Line 11 of a gate is the first of its body. */
static const struct {
	const char *name;
	const char *body;
	const char *says[3];
} told[] = {
	{"flag", FLAG, {"writes busy in leave() (flag.c:13)", "reads it in enter() (flag.c:12)", NULL}},
	/* Each variable, but an array once, and both orders of two accesses once. */
	{"four",
	 "static int one, two, many[20];\nstatic void enter(void) {\n one++;\n two = 1;\n for (int i = 0; i < 20; i++)\n many[i]++;\n pthread_mutex_lock(&m); }\n"
	 "static void leave(void) { pthread_mutex_unlock(&m); }\n",
	 {"one in enter() (four.c:13)", "two in enter() (four.c:14)", "many in enter() (four.c:16)"}},
	{"crash",
	 "static void enter(void) { pthread_mutex_lock(&m);\n int *p = 0;\n *p = 1; }\nstatic void leave(void) { }\n",
	 {"(SIGSEGV) (crash.c:13)", "mutex.lock mutex m (crash.c:11)", NULL}},
	{"hang",
	 "static void enter(void) { pthread_mutex_lock(&m);\n for (;;) ;\n }\nstatic void leave(void) { }\n",
	 {"comes to no point (hang.c:12)", NULL, NULL}},
	{"twice",
	 "static void enter(void) { pthread_mutex_lock(&m); }\nstatic void leave(void) {\n pthread_mutex_unlock(&m);\n pthread_mutex_unlock(&m); }\n",
	 {"unlocks mutex m, which is not locked (twice.c:14)", "(twice.c:13)", NULL}},
	{"waits",
	 "static pthread_mutex_t n = PTHREAD_MUTEX_INITIALIZER;\nstatic void enter(void) {\n pthread_mutex_lock(&n);\n pthread_mutex_lock(&n); }\nstatic void leave(void) { }\n",
	 {"waits for mutex n (mutex.lock) at waits.c:14", "mutex.lock mutex n (waits.c:13)", NULL}},
	{"outside",
	 "#include <unistd.h>\nstatic void enter(void) {\n syscall(39L + 1000);\n }\nstatic void leave(void) { }\n",
	 {"(outside.c:13)", NULL, NULL}},
};

static void lines_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		run("run", "double-click", "--gate", gate(format("%s.c", told[i].name), told[i].body), "--width",
		    "400");
		assert_status(1);
		for (size_t j = 0; j < 3 && told[i].says[j]; j++)
			assert_says(ran.out, told[i].says[j]);
	}
	(void)times_compiled();
}

/* Through the C interface; its memory is not watched, and that is said. */
static void a_gate_in_rust_is_one(void **state)
{
	const char *rust = format(
		"rustc -O -g -C panic=abort --crate-type cdylib models/tests/gates/foreign/rust.rs -o '%s/rust.so' 2>'%s/said'",
		folder, folder);

	(void)state;
	if (GX_ASAN || system("rustc --version >/dev/null 2>&1")) {
		print_message("skipped: there is no rustc here (Debian's package rustc)\n");
		skip();
	}
	if (system(rust))
		FAIL("%s\n", read_file(format("%s/said", folder)));
	run("run", "double-click", "two-workspaces", "--gate", format("%s/rust.so", folder));
	assert_status(1);
	assert_says(ran.out, "clean, complete");
	assert_says(ran.out, "isolation (ws-a)");
	assert_says(ran.out, "memory accesses and atomics were not watched");
}

/* The shell's way: gdb reads its commands from standard input. */
static void gdb_stops_in_the_gate_and_knows_the_tasks(void **state)
{
	const char *set = getenv("GATECRASH");
	char *path = gate("stops.c", FLAG);
	char *repro;
	char *says;

	(void)state;
	if (GX_ASAN || system("gdb --batch -ex 'python print(1)' >/dev/null 2>&1")) {
		print_message("skipped: there is no gdb with Python here, or gdb and AddressSanitizer do not agree\n");
		skip();
	}
	run("run", "double-click", "--gate", path, "--points", "access", "--rule", "name-conflict");
	repro = strstr(ran.out, "gx1a:");
	assert_non_null(repro);
	repro = format("%.*s", (int)strcspn(repro, "'"), repro);
	(void)!system(format(
		"printf 'info line\\ncontinue\\nquit\\n' | timeout 60 '%s' replay '%s' --gdb --break-at 6 >'%s/gdb' 2>&1",
		set ? set : "build/gatecrash", repro, folder));
	says = read_file(format("%s/gdb", folder));
	assert_says(says, "step 6: manual-restart#");
	assert_says(says, "stops.c:12");
	assert_says(says, "manual-restart#2");
	assert_says(says, "exited with code 01"); /* the same execution as without */
	(void)times_compiled();
}

/* What a search finds by footprints, one execution shows by clocks; and a replay is the same execution. */
static void a_race_replays_and_is_found_by_chance(void **state)
{
	char *path = gate("by-chance.c", FLAG);
	char *repro;

	(void)state;
	run("run", "double-click", "--gate", path);
	repro = strstr(ran.out, "gx1:");
	assert_non_null(repro);
	repro = format("%.*s", (int)strcspn(repro, "'"), repro);
	run("replay", repro, "--times", "100");
	assert_status(1);
	assert_says(ran.out, "data-race");
	run("run", "double-click", "--gate", path, "--strategy", "random", "--executions", "50");
	assert_status(1);
	assert_says(ran.out, "data-race, in 50 of 50 executions");
	run("run", "double-click", "--gate", path, "--points", "access", "--rule", "overlapping-cycles");
	repro = strstr(ran.out, "gx1a:");
	assert_non_null(repro);
	repro = format("%.*s", (int)strcspn(repro, "'"), repro);
	run("replay", repro);
	assert_status(1);
	assert_says(ran.out, "overlapping-cycles (ws-a)");
	(void)times_compiled();
}

#define RACE_IN_CALLS                                                          \
	"static bool busy;\nstatic int other;\n"                               \
	"static void set(bool to) { busy = to; }\n"                            \
	"static bool get(void) { return busy; }\n"                             \
	"static void enter(void) { pthread_mutex_lock(&m); other++; "          \
	"pthread_mutex_unlock(&m); while (get()) usleep(1000); set(true); }\n" \
	"static void leave(void) { set(false); }\n"

/* Points only where the race was: what is guarded makes none, so that there are fewer states than with all. */
static void what_a_race_does_is_seen_with_few_points(void **state)
{
	char *path = gate("calls.c", RACE_IN_CALLS);
	unsigned long few;
	char *repro;
	char *states;

	(void)state;
	run("run", "double-click", "--gate", path, "--rule", "data-race", "--width", "400");
	assert_says(ran.out, "writes busy in set() (calls.c:13), called in ");
	assert_says(ran.out, "reads it in get() (calls.c:14), called in enter() (calls.c:15), called in ");
	run("run", "double-click", "--gate", path, "--points", "auto", "--rule", "overlapping-cycles", "--width",
	    "400");
	assert_status(1);
	assert_says(ran.out, "at each access of calls.c:13, calls.c:14 tasks were interleaved");
	states = strstr(ran.out, "complete: ");
	assert_non_null(states);
	few = strtoul(states + strlen("complete: "), NULL, 10) * 1000 + strtoul(strchr(states, ',') + 1, NULL, 10);
	repro = strstr(ran.out, "gx1s");
	assert_non_null(repro);
	repro = format("%.*s", (int)strcspn(repro, "'"), repro);
	run("replay", repro, "--times", "20", "--report", "json");
	assert_status(1);
	assert_says(ran.out, "overlapping-cycles");
	assert_says(ran.out, "\"accesses\": \"auto\"");
	assert_says(ran.out, "\"calls.c:13\"");
	run("run", "double-click", "--gate", path, "--points", "access", "--rule", "overlapping-cycles", "--width",
	    "400");
	states = strstr(ran.out, "complete: ");
	assert_non_null(states);
	assert_true(few < strtoul(states + strlen("complete: "), NULL, 10) * 1000 +
				  strtoul(strchr(states, ',') + 1, NULL, 10));
	/* Without a race there is nothing to split. */
	path = gate("guarded.c", "static int other;\nstatic void enter(void) { pthread_mutex_lock(&m); other++; }\n"
				 "static void leave(void) { other--; pthread_mutex_unlock(&m); }\n");
	run("run", "double-click", "--gate", path, "--points", "auto");
	assert_status(0);
	(void)times_compiled();
}

static void weaker_orders_are_told(void **state)
{
	char *path =
		gate("weak.c",
		     "static atomic_bool busy;\n"
		     "static void enter(void) { while (atomic_exchange_explicit(&busy, true, memory_order_acquire)) "
		     "usleep(1000); }\n"
		     "static void leave(void) { atomic_store_explicit(&busy, false, memory_order_release); }\n");

	(void)state;
	run("run", "double-click", "--gate", path);
	assert_status(0);
	assert_says(ran.out, "atomics were explored as sequentially consistent; the gate asks for weaker orders");
	(void)times_compiled();
}

/* ---- what cannot be had, in words ---- */

static void what_is_wrong_is_named_as_the_user_names_it(void **state)
{
	char *path = gate("p,e.c", LOCKED);

	(void)state;
	run("run", "single", "--gate", path);
	assert_complaint(2, "sources are named with commas between them");
	path = write_file("no-gate.c", "int x;\n");
	run("run", "single", "--gate", path);
	assert_complaint(2, "no-gate.c: does not export gx_gate_plugin()");
	path = gate("cpu.c", "#define _GNU_SOURCE\n#include <sched.h>\nint sched_getcpu(void);\n"
			     "static void enter(void) { it = sched_getcpu(); pthread_mutex_lock(&m); }\n"
			     "static void leave(void) { pthread_mutex_unlock(&m); }\n");
	run("run", "single", "--gate", path);
	assert_complaint(2, "sched_getcpu() (cpu.c:14), which gatecrash does not model; what it says is the machine's");
	path = gate("leaves.c", "static void enter(void) { pthread_mutex_lock(&m); }\n"
				"static void leave(void) { pthread_mutex_unlock(&m); pthread_exit(NULL); }\n");
	run("run", "single", "--gate", path);
	assert_status(1);
	assert_says(ran.out, "tries to end a thread that is not the gate's (pthread_exit)");
	path = gate(
		"requeue.c",
		"#include <linux/futex.h>\n#include <sys/syscall.h>\n"
		"static void enter(void) { syscall(SYS_futex, &it, FUTEX_CMP_REQUEUE, 1, 1, &m, 0); pthread_mutex_lock(&m); }\n"
		"static void leave(void) { pthread_mutex_unlock(&m); }\n");
	run("run", "single", "--gate", path);
	assert_status(1);
	assert_says(ran.out, "makes the system call futex (FUTEX_CMP_REQUEUE)");
	(void)times_compiled();
}

static void atomics_without_an_instruction_are_linked(void **state)
{
	char *path = gate(
		"large.c",
		"struct large { long a, b, c; };\nstatic _Atomic struct large large;\n"
		"static void enter(void) { atomic_store(&large, ((struct large){1, 2, 3})); pthread_mutex_lock(&m); }\n"
		"static void leave(void) { pthread_mutex_unlock(&m); }\n");

	(void)state;
	run("run", "double-click", "--gate", path);
	assert_status(0);
	assert_says(ran.out, "not watched in memory: what is accessed by libatomic");
	(void)times_compiled();
}

/* ---- `gatecrash cc` ---- */

static void cc_makes_what_is_watched(void **state)
{
	char *path = gate("own.c", FLAG);
	char *out = format("%s/own.so", folder);

	(void)state;
	run("cc", "-Wall", path, "-o", out);
	assert_status(0);
	run("run", "double-click", "--gate", out);
	assert_status(1);
	assert_says(ran.out, "data-race");
	run("cc", path);
	assert_complaint(2, "-o is missing");
	run("cc", "-o", out);
	assert_complaint(2, "no source is named");
	run("cc", "--help");
	assert_status(0);
	assert_says(ran.out, "-fsanitize=thread");
	(void)times_compiled();
}

static void plainly_built_gates_say_what_they_miss(void **state)
{
	char *path = gate("plain.c", LOCKED);

	(void)state;
	assert_int_equal(system(format("cc -shared -fPIC -Iharness/include -o %s/plain.so %s", folder, path)), 0);
	run("run", "double-click", "--gate", format("%s/plain.so", folder));
	assert_status(0);
	assert_says(ran.out,
		    "memory accesses and atomics were not watched; of a gate from source they are: --gate FILE.c");
}

/* By somebody else's build: as it is. */
static void a_gate_linked_with_the_runtime_is_watched(void **state)
{
	static const char *const bodies[] = {LOCKED, FLAG};

	(void)state;
	for (int racy = 0; racy < 2; racy++) {
		char *path = gate("linked.c", bodies[racy]);

		if (system(format(
			    "cc -shared -fPIC -O1 -g -fsanitize=thread -Iharness/include -o %s/linked.so %s 2>/dev/null",
			    folder, path))) {
			print_message("skipped: ThreadSanitizer's runtime is not here\n");
			skip();
		}
		run("run", "double-click", "--gate", format("%s/linked.so", folder));
		assert_status(racy);
		if (racy)
			assert_says(ran.out, "data-race");
		else
			assert_says(ran.out, "clean, complete");
		assert_null(strstr(ran.out, "memory accesses and atomics were not watched"));
	}
}

static void cxx_throws_inside_of_a_task(void **state)
{
	char *path =
		gate("throws.cc", "#include <stdexcept>\n#include <string>\n"
				  "static void may(bool really) { if (really) throw std::runtime_error(\"no\"); }\n"
				  "static void enter(void) { try { may(true); } catch (const std::exception &) { "
				  "pthread_mutex_lock(&m); } }\n"
				  "static void leave(void) { pthread_mutex_unlock(&m); }\n");

	(void)state;
	if (GX_ASAN || system("command -v c++ >/dev/null")) {
		print_message("skipped: there is no c++ here, or C++ cannot be had under AddressSanitizer\n");
		skip();
	}
	run("run", "double-click", "--gate", path);
	assert_status(0);
	assert_says(ran.out, "clean, complete");
}

static int begin(void **state)
{
	int rc = set_up(state);

	set_up_compilers();
	return rc;
}

/* Functions are called what the author calls them, and what happens in the library happens in the gate's line that calls it. */
static void cxx_is_told_by_its_own_lines(void **state)
{
	char *path = gate(
		"own.cc",
		"#include <memory>\n"
		"namespace mine { struct Box { template <class T> static void put(T v) { what = v; } static int what; };\n"
		"int Box::what; }\n"
		"static std::shared_ptr<int> held = std::make_shared<int>(0);\n"
		"static void enter(void) { pthread_mutex_lock(&m); }\n"
		"static void leave(void) { pthread_mutex_unlock(&m); mine::Box::put<int>(1); held.reset(); }\n");

	(void)state;
	if (GX_ASAN || system("command -v c++ >/dev/null")) {
		print_message("skipped: there is no c++ here, or C++ cannot be had under AddressSanitizer\n");
		skip();
	}
	setenv("REAL_CC", "c++", 1);
	run("run", "double-click", "--gate", path, "--width", "400");
	unsetenv("REAL_CC");
	assert_status(1);
	assert_says(ran.out, "writes what in put() (own.cc:12), called in leave() (own.cc:16)");
	assert_says(ran.out, " held");
	assert_says(ran.out, " in leave() (own.cc:16)");
	(void)times_compiled();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gate_is_compiled_once),
		cmocka_unit_test(what_the_compiler_says_is_shown),
		cmocka_unit_test(without_a_compiler_one_line_says_so),
		cmocka_unit_test(a_damaged_or_missing_cache_is_no_trouble),
		cmocka_unit_test(two_at_once_do_not_meet),
		cmocka_unit_test(several_files_make_one_gate),
		cmocka_unit_test(a_repro_names_the_source_wherever_it_is_played),
		cmocka_unit_test(accesses_are_seen),
		cmocka_unit_test(by_clang_they_are_seen_as_well),
		cmocka_unit_test(lines_are_told),
		cmocka_unit_test(a_gate_in_rust_is_one),
		cmocka_unit_test(gdb_stops_in_the_gate_and_knows_the_tasks),
		cmocka_unit_test(a_race_replays_and_is_found_by_chance),
		cmocka_unit_test(what_a_race_does_is_seen_with_few_points),
		cmocka_unit_test(weaker_orders_are_told),
		cmocka_unit_test(what_is_wrong_is_named_as_the_user_names_it),
		cmocka_unit_test(atomics_without_an_instruction_are_linked),
		cmocka_unit_test(cc_makes_what_is_watched),
		cmocka_unit_test(plainly_built_gates_say_what_they_miss),
		cmocka_unit_test(a_gate_linked_with_the_runtime_is_watched),
		cmocka_unit_test(cxx_throws_inside_of_a_task),
		cmocka_unit_test(cxx_is_told_by_its_own_lines),
	};

	return cmocka_run_group_tests(tests, begin, tear_down);
}
