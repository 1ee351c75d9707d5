/*
 * What libraries do to a gate's memory: watched where somebody stands in for them, else said by name.
 */
#include "cli_run.h"

#include "core/sanitizer.h"

static const char head[] = "#define _GNU_SOURCE\n"
			   "#include <gatecrash/gate.h>\n"
			   "#include <errno.h>\n"
			   "#include <pthread.h>\n"
			   "#include <semaphore.h>\n"
			   "#include <stdio.h>\n"
			   "#include <stdlib.h>\n"
			   "#include <string.h>\n"
			   "#include <sys/random.h>\n"
			   "#include <sys/time.h>\n"
			   "#include <time.h>\n"
			   "#include <unistd.h>\n"
			   "static int it;\n"
			   "static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;\n";

static const char tail[] =
	"static void *open_gate(void) { return &it; }\n"
	"static void close_gate(void *gate) { (void)gate; }\n"
	"static enum gx_outcome handle(void *gate, const struct gx_request *request)\n"
	"{\n"
	"	(void)gate;\n"
	"	body();\n"
	"	pthread_mutex_lock(&m);\n"
	"	if (gx_stop(request) == GX_LEG_DONE)\n"
	"		gx_start(request);\n"
	"	pthread_mutex_unlock(&m);\n"
	"	return GX_RAN;\n"
	"}\n"
	"static const struct gx_gate gate = {GX_GATE_ABI, \"mine\", \"mine\", open_gate, close_gate, handle};\n"
	"EXPORT const struct gx_gate *gx_gate_plugin(void) { return &gate; }\n";

/* A gate with this body(); its path. */
static char *gate(const char *name, const char *body)
{
	const char *export = strstr(name, ".cc") ? "#define EXPORT extern \"C\"\n" : "#define EXPORT\n";

	return write_file(name, format("%s%s%s%s", export, head, body, tail));
}

static void need_cxx(void)
{
	if (GX_ASAN || system("command -v c++ >/dev/null")) {
		print_message("skipped: there is no c++ here, or C++ cannot be had under AddressSanitizer\n");
		skip();
	}
}

/* ---- C ---- */

/* `p`: a text "12,a b" in a block that has been freed; `q`: 64 bytes of it that have not. */
static const char *const calls[] = {
	"(void)puts(p)",
	"n = by_table[1](p, \"12\")",
	"(void)printf(\"%s\", p)",
	"(void)printf(\"%d %ld %5.2f %s\", 1, 2l, 3.0, p)",
	"(void)printf(\"%*.*s\", 5, 2, p)",
	"(void)printf(\"%Lf %c %p %s\", 1.0L, 'c', (void *)q, p)",
	"(void)fprintf(stderr, \"%s\", p)",
	"(void)snprintf(q, 8, \"%s\", p)",
	"(void)snprintf(p, 8, \"%s\", \"x\")",
	"(void)sprintf(p, \"x\")",
	"(void)asprintf((char **)(void *)p, \"x\")",
	"(void)fputs(p, stdout)",
	"(void)fwrite(p, 1, 3, stdout)",
	"(void)perror(p)",
	"(void)write(1, p, 3)",
	"n = (long)atoi(p)",
	"n = (long)atol(p)",
	"n = (long)atof(p)",
	"(void)strtol(p, NULL, 10)",
	"(void)strtoull(p, NULL, 10)",
	"n = (long)strtod(p, NULL)",
	"(void)strtol(\"1\", (char **)(void *)p, 10)",
	"n = (long)strspn(p, \"1\")",
	"n = (long)strcspn(p, \",\")",
	"n = (long)strpbrk(p, \",\")",
	"(void)strtok_r(p, \",\", &rest)",
	"(void)strsep(&p, \",\")",
	"n = (long)strncasecmp(p, \"12\", 2)",
	"n = (long)strcasecmp(p, \"12\")",
	"n = (long)strcasestr(p, \"A\")",
	"n = (long)strcoll(p, \"12\")",
	"n = (long)strchrnul(p, ',')",
	"n = (long)rawmemchr(p, ',')",
	"n = (long)memchr(p, ',', 6)",
	"n = (long)memrchr(p, ',', 6)",
	"n = (long)memmem(p, 6, \"a\", 1)",
	"(void)memccpy(q, p, ',', 6)",
	"(void)memccpy(p, q, ',', 6)",
	"(void)stpncpy(p, \"x\", 4)",
	"(void)strdup(p)",
	"(void)strndup(p, 2)",
	"(void)explicit_bzero(p, 4)",
	"(void)qsort(p, 4, 1, compare)",
	"(void)rand_r((unsigned *)(void *)p)",
	"(void)clock_gettime(CLOCK_MONOTONIC, (struct timespec *)(void *)p)",
	"(void)gettimeofday((struct timeval *)(void *)p, NULL)",
	"(void)time((time_t *)(void *)p)",
	"(void)timespec_get((struct timespec *)(void *)p, TIME_UTC)",
	"(void)nanosleep((struct timespec *)(void *)p, NULL)",
	"(void)pthread_mutex_timedlock(&m, (struct timespec *)(void *)p)",
	"(void)getrandom(p, 8, 0)",
	"(void)getentropy(p, 8)",
	"(void)arc4random_buf(p, 8)",
	"(void)pthread_create((pthread_t *)(void *)p, NULL, thread, NULL)",
	"(void)pthread_join(made(), (void **)(void *)p)",
	"(void)sem_getvalue(&s, (int *)(void *)p)",
	"(void)pthread_key_create((pthread_key_t *)(void *)p, NULL)",
	"(void)pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, (int *)(void *)p)",
	"(void)pthread_mutexattr_settype((pthread_mutexattr_t *)(void *)p, PTHREAD_MUTEX_RECURSIVE)",
	"(void)posix_memalign((void **)(void *)p, 16, 16)",
	"(void)localtime_r((time_t *)(void *)p, &date)",
	"(void)gmtime_r(&now, (struct tm *)(void *)p)",
	"(void)mktime((struct tm *)(void *)p)",
};

/* What reads as far as it has to, and no further: blocks of just that size. */
static const char *const near_misses[] = {
	"(void)printf(\"%.3s\", three)",
	"(void)printf(\"%.*s\", 3, three)",
	"(void)printf(\"%%s %d\", 1)",
	"(void)printf(\"%s\", (char *)NULL)",
	"(void)write(1, three, 3)",
	"(void)strndup(three, 3)",
	"n = (long)strnlen(three, 3)",
	"n = (long)memchr(three, 'b', 1000)",
	"(void)strtol(\"77\", &rest, 8)",
	"(void)strtok_r(NULL, \",\", &end)",
	"(void)strtok_r(q, \",\", &rest)",
	"(void)strsep(&none, \",\")",
	"(void)snprintf(three, 3, \"%s\", \"abcdef\")",
	"(void)snprintf(NULL, 0, \"%s\", \"abcdef\")",
	"(void)pthread_join(made(), NULL)",
	"(void)time(NULL)",
	"(void)gettimeofday((struct timeval *)(void *)q, NULL)",
};

enum { CALLS = sizeof(calls) / sizeof(calls[0]), NEAR_MISSES = sizeof(near_misses) / sizeof(near_misses[0]) };

/* One gate that does each of them, as the environment says. */
static char *gate_of_all(void)
{
	char *body = format(
		"static sem_t s;\n"
		"static int (*volatile by_table[])(const char *, const char *) = {strcmp, strcasecmp};\n"
		"static int compare(const void *a, const void *b) { return *(char *)a - *(char *)b; }\n"
		"static void *thread(void *x) { return x; }\n"
		"static pthread_t made(void) { pthread_t t; pthread_create(&t, NULL, thread, NULL); return t; }\n"
		"static void body(void)\n{\n"
		"	char *p = malloc(64), *q = malloc(64), *three = malloc(3), *rest, *end = \"\", *none = NULL;\n"
		"	struct tm date; time_t now = 0; volatile long n = 0;\n"
		"	strcpy(p, \"12,a b\"); strcpy(q, p); memcpy(three, \"abc\", 3); sem_init(&s, 0, 0); free(p);\n"
		"	(void)rest, (void)end, (void)none, (void)date, (void)now, (void)compare, (void)made, (void)n;\n"
		"	switch (strtol(getenv(\"OP\"), NULL, 10)) {\n");

	for (unsigned i = 0; i < CALLS + NEAR_MISSES; i++)
		body = format("%s	case %u: %s; break;\n", body, i, i < CALLS ? calls[i] : near_misses[i - CALLS]);
	return gate("all.c", format("%s	}\n	free(q);\n	free(three);\n}\n", body));
}

static void libc_is_watched(void **state)
{
	char *path = gate_of_all();

	(void)state;
	for (unsigned i = 0; i < CALLS + NEAR_MISSES; i++) {
		setenv("OP", format("%u", i), 1);
		run("run", "single", "--gate", path, "--strategy", "random", "--executions", "1");
		if (!strstr(ran.out, "memory-error") != (i >= CALLS))
			fail_msg("%s: %s%s", i < CALLS ? calls[i] : near_misses[i - CALLS], ran.out, ran.err);
	}
	unsetenv("OP");
}

/* ---- C++ ---- */

/* What two tasks do at once, without a lock; `I`: which of them it is, 0 or 1. */
static const char *const racy[] = {
	"text += \"more than fits into the object itself\";",
	"I ? (void)numbers.insert(7) : (void)[] { for (int x : numbers) sum[0] += x; }();",
	"I ? (void)numbers.erase(3) : (void)[] { for (int x : numbers) sum[0] += x; }();",
	"I ? (void)numbers.insert(7) : (void)[] { for (auto i = numbers.rbegin(); i != numbers.rend(); ++i) sum[0] += *i; }();",
	"I ? list.push_back(1) : (void)[] { for (int x : list) sum[0] += x; }();",
	"I ? list.remove(2) : (void)[] { for (int x : list) sum[0] += x; }();",
	"I ? list.reverse() : (void)[] { for (int x : list) sum[0] += x; }();",
	"I ? (void)(hashed[text] = 1) : (void)hashed.count(text);",
	"I ? (void)(text[0] = 'x') : (void)std::hash<std::string>()(text);",
	"I ? (void)(text[0] = 'x') : (void)std::runtime_error(text);",
	"I ? (void)(text[0] = 'x') : (void)std::stoi(text);",
};

/* Each has its own, or both only read. */
static const char *const quiet[] = {
	"mine[I] += \"more than fits into the object itself\";",
	"for (int x : numbers) sum[I] += x; for (auto i = numbers.rbegin(); i != numbers.rend(); ++i) sum[I] += *i;",
	"for (int x : list) sum[I] += x;",
	"std::set<int> own{1, 2, 3, 4, 5, 6, 7, 8}; own.erase(4); own.erase(1); own.insert(0); for (int x : own) sum[I] += x;",
	"std::list<int> own{1, 2, 3}; own.splice(own.begin(), own, --own.end()); own.remove(2); own.reverse(); own.sort();",
	"std::unordered_map<std::string, int> own; for (int i = 0; i < 30; i++) own[std::to_string(i)] = i;",
	"sum[I] += (int)std::hash<std::string>()(text) + (int)hashed.count(text) + std::stoi(text);",
	"try { throw std::out_of_range(text); } catch (const std::exception &e) { sum[I] += (int)strlen(e.what()); }",
	"int x = 0; std::thread t([&x] { x++; }); t.join(); sum[I] += x;",
};

enum { RACY = sizeof(racy) / sizeof(racy[0]), QUIET = sizeof(quiet) / sizeof(quiet[0]) };

static char *gate_of_cxx(void)
{
	char *body =
		format("#include <list>\n#include <set>\n#include <stdexcept>\n#include <string>\n#include <thread>\n"
		       "#include <unordered_map>\n"
		       "static std::string text = \"1\", mine[2];\n"
		       "static std::set<int> numbers{1, 2, 3, 4, 5, 6};\n"
		       "static std::list<int> list{1, 2, 3};\n"
		       "static std::unordered_map<std::string, int> hashed;\n"
		       "static int sum[2];\nstatic int callers;\n"
		       "static void body(void)\n{\n"
		       "	pthread_mutex_lock(&m); int I = callers++ & 1; pthread_mutex_unlock(&m);\n"
		       "	switch (strtol(getenv(\"OP\"), NULL, 10)) {\n");

	for (unsigned i = 0; i < RACY + QUIET; i++)
		body = format("%s	case %u: { %s break; }\n", body, i, i < RACY ? racy[i] : quiet[i - RACY]);
	return gate("all.cc", format("%s	}\n}\n", body));
}

static void libstdcxx_is_watched(void **state)
{
	char *path = gate_of_cxx();

	(void)state;
	need_cxx();
	for (unsigned i = 0; i < RACY + QUIET; i++) {
		setenv("OP", format("%u", i), 1);
		run("run", "double-click", "--gate", path, "--strategy", "random", "--executions", "200");
		if (!strstr(ran.out, "data-race") != (i >= RACY) || strstr(ran.out, "memory-error"))
			fail_msg("%s: %s%s", i < RACY ? racy[i] : quiet[i - RACY], ran.out, ran.err);
	}
	run("run", "double-click", "--gate", path, "--strategy", "random", "--executions", "1", "--report", "json");
	assert_says(ran.out, "\"unwatched\": []");
	unsetenv("OP");
}

/* ---- and what is not ---- */

static void what_is_not_watched_is_said(void **state)
{
	char *path = gate("some.c", "#include <wchar.h>\n"
				    "static void body(void)\n{\n"
				    "	int x = 0;\n"
				    "	wchar_t w[4];\n"
				    "	sscanf(\"1\", \"%d\", &x);\n"
				    "	wcscpy(w, L\"abc\");\n"
				    "	__asm__ volatile(\"nop\");\n" /* line 23 */
				    "}\n");

	(void)state;
	run("run", "single", "--gate", path);
	assert_status(0);
	assert_says(ran.out,
		    "not watched in memory: what is accessed by inline assembly at some.c:23, sscanf() (some.c:21) "
		    "and wcscpy() (some.c:22)");
	run("run", "single", "--gate", path, "--report", "json");
	assert_says(ran.out, "\"inline assembly at some.c:23\"");
	assert_says(ran.out, "\"sscanf() (some.c:21)\"");
	/* Nothing but an order for the compiler. */
	path = gate("barrier.c", "static void body(void) { __asm__ volatile(\"\" ::: \"memory\"); strlen(\"x\"); }\n");
	run("run", "single", "--gate", path);
	assert_status(0);
	assert_null(strstr(ran.out, "not watched"));
}

static void what_was_compiled_elsewhere_is_said(void **state)
{
	char *path = gate("own.c", "int other(void);\nstatic void body(void) { (void)other(); }\n");
	char *other = write_file("other.c", "int other(void) { return 1; }\n");
	char *out = format("%s/own.so", folder);
	char *object = format("%s/other.o", folder);

	(void)state;
	assert_int_equal(system(format("cc -fPIC -c -o %s %s", object, other)), 0);
	run("cc", path, object, "-o", out);
	assert_status(0);
	run("run", "single", "--gate", out);
	assert_says(ran.out, "not watched in memory: what is accessed by other.o");
	/* By `gatecrash cc` it is as good as with the rest. */
	run("cc", "-c", other, "-o", object);
	assert_status(0);
	run("cc", path, object, "-o", out);
	assert_status(0);
	run("run", "single", "--gate", out);
	assert_status(0);
	assert_null(strstr(ran.out, "not watched"));
	/* The flags without the program: what it is made of nobody has looked at. */
	assert_int_equal(
		system(format("cc -shared -Iharness/include $(sed -n 's/^Cflags: [^ ]*//p' harness/gatecrash.pc) -c "
			      "-o %s %s && cc -shared -o %s %s %s",
			      object, path, out, object, write_file("other.s.c", "int other(void) { return 1; }\n"))),
		0);
	run("run", "single", "--gate", out);
	assert_says(ran.out, "inline assembly, if it has any");
	run("cc", "-flto", path, "-o", out);
	assert_complaint(2, "leave it out");
}

static int begin(void **state)
{
	int rc = set_up(state);

	setenv("XDG_CACHE_HOME", format("%s/cache", folder), 1);
	return rc;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libc_is_watched),
		cmocka_unit_test(libstdcxx_is_watched),
		cmocka_unit_test(what_is_not_watched_is_said),
		cmocka_unit_test(what_was_compiled_elsewhere_is_said),
	};

	return cmocka_run_group_tests(tests, begin, tear_down);
}
