/*
 * What gates do to the process that explores them: each is a finding with a repro, or the report says that something was lost; whatever it
 * is, the report is whole, the run after it goes on, nothing is left behind, and nothing of it reads as clean.
 *
 * Without a seal (hosts/seal.h) these gates would do what they say: then the test is skipped.
 */
#include "cli_run.h"

#include <jansson.h>

#include "hosts/seal.h"

static const char source[] =
	"#include <gatecrash/gate.h>\n"
	"#include <pthread.h>\n"
	"#include <setjmp.h>\n"
	"#include <stdio.h>\n"
	"#include <stdlib.h>\n"
	"#include <string.h>\n"
	"#include <sys/mman.h>\n"
	"#include <sys/syscall.h>\n"
	"#include <unistd.h>\n"
	"static long raw(long n, long a, long b, long c)\n"
	"{\n"
	"	long r;\n"
	"	__asm__ volatile(\"syscall\" : \"=a\"(r) : \"a\"(n), \"D\"(a), \"S\"(b), \"d\"(c) : \"rcx\", \"r11\", \"memory\");\n"
	"	return r;\n"
	"}\n"
	"static int it;\n"
	"static jmp_buf jump;\n"
	"static int jumps;\n"
	"static void *idle(void *p) { return p; }\n"
	"static void *open_gate(void) { return &it; }\n"
	"static void close_gate(void *gate) { (void)gate; }\n"
	"static enum gx_outcome handle(void *gate, const struct gx_request *request)\n"
	"{\n"
	"	(void)gate, (void)raw, (void)jump, (void)jumps, (void)idle;\n"
	"	if (request->id == 2) {\n"
	"		DOES;\n"
	"	}\n"
	"	if (gx_stop(request) == GX_LEG_DONE)\n"
	"		gx_start(request);\n"
	"	return GX_RAN;\n"
	"}\n"
	"static const struct gx_gate gate = {GX_GATE_ABI, \"hostile\", \"hostile\", open_gate, close_gate, handle};\n"
	"const struct gx_gate *gx_gate_plugin(void) { return &gate; }\n";

static const struct hostile {
	const char *does;
	const char *rule; /* that is shown; NULL: the process may be lost, and that is told */
	const char *says; /* in its sentence */
} hostile[] = {
	{"raw(SYS_exit_group, 0, 0, 0)", "uncontrolled", "exit_group"},
	{"raw(SYS_exit, 0, 0, 0)", "uncontrolled", "makes the system call exit,"},
	{"raw(SYS_fork, 0, 0, 0)", "uncontrolled", "fork"},
	{"raw(SYS_vfork, 0, 0, 0)", "uncontrolled", "vfork"},
	{"raw(SYS_clone, 17, 0, 0)", "uncontrolled", "clone"},
	{"raw(SYS_execve, (long)\"/bin/true\", 0, 0)", "uncontrolled", "execve"},
	{"raw(SYS_kill, getpid(), 9, 0)", "uncontrolled", "kill"},
	{"raw(SYS_kill, -1, 15, 0)", "uncontrolled", "kill"},
	{"raw(SYS_tgkill, getpid(), getpid(), 9)", "uncontrolled", "tgkill"},
	{"raw(SYS_socket, 2, 1, 0)", "uncontrolled", "socket"},
	{"raw(SYS_open, (long)\"left-behind\", 0101, 0644)", "uncontrolled", "open"},
	{"raw(SYS_unlink, (long)\"kept\", 0, 0)", "uncontrolled", "unlink"},
	{"raw(SYS_prctl, 4, 0, 0)", "uncontrolled", "prctl"},
	{"raw(SYS_write, 1, (long)\"clean, complete\\n\", 16)", "uncontrolled", "write"},
	{"for (int fd = 0; fd < 20; fd++) raw(SYS_close, fd, 0, 0)", "uncontrolled", "close"},
	{"for (int fd = 0; fd < 20; fd++) close(fd)", "uncontrolled", "close"},
	{"syscall(SYS_sched_setaffinity, 0, 0, 0)", "uncontrolled", "sched_setaffinity"},
	{"raw(SYS_munmap, 0x567000000000, 1 << 20, 0)", "uncontrolled", "munmap"},
	{"raw(SYS_munmap, 0x400000, 1 << 20, 0)", "uncontrolled", "munmap"},
	{"raw(SYS_mprotect, 0x567000000000, 4096, 0)", "uncontrolled", "mprotect"},
	{"raw(SYS_rt_sigprocmask, 0, 0, 0)", "uncontrolled", "rt_sigprocmask"},
	{"raw(SYS_rt_sigaction, 26, 0, 0)", "uncontrolled", "rt_sigaction"},
	{"raw(SYS_setitimer, 1, 0, 0)", "uncontrolled", "setitimer"},
	{"for (volatile int i = 0;; i++) ;", "hang", ""},
	{"for (;;) usleep(1000000)", "livelock", ""},
	{"if (!setjmp(jump)) jumps = 1; if (jumps == 1) { pthread_t t; jumps = 2; pthread_create(&t, 0, (void *(*)(void *))(void *)longjmp, jump); "
	 "pthread_join(t, 0); }",
	 NULL, ""},
	{"__asm__ volatile(\"mov $0x1000, %rsp\\n\\tpush %rax\")", NULL, ""},
	{"memset((void *)0x567000000000, 0, 4096)", "crash", "writes over what the harness keeps"},
	{"memset((void *)0x567000000000, 0xff, 65536)", "crash", "writes over what the harness keeps"},
	{"memset((void *)0x567000000000, 0, 64 << 20)", "crash", "writes over what the harness keeps"},
	{"memset((void *)0x567000000000, 0xff, 64 << 20)", "crash", "writes over what the harness keeps"},
	{"memset((void *)0x567000010000, 0xff, 1 << 20)", "crash", ""},
	{"memset((void *)((unsigned long)request & ~0xfffful), 0x5a, 1 << 16)", "crash", ""},
	{"{ unsigned long *p = (unsigned long *)request; for (int i = -1000; i < 1000; i++) p[i] ^= 0x123456789; }",
	 "crash", ""},
	{"{ extern char **environ; memset(&environ, 0xff, 1 << 16); }", "crash", ""},
	{"memset((void *)((unsigned long)stdout & ~0xffful), 0xff, 4096)", "crash", ""},
	{"memset((void *)((unsigned long)stdout & ~0xffful), 0, 4096)", "crash", ""},
	{"{ extern char gx_core[]; memset(gx_core, 0x41, 64); }", "crash", ""},
	{"{ extern char gx_order[]; memset(gx_order, 0xff, 48); }", NULL,
	 ""}, /* of what the harness does, anything may change */
	{"((void (*)(void))0x401000)()", NULL, ""},
	{"((void (*)(void))0x567000000000)()", "crash", ""},
	{"for (int i = 0; i < 1000000; i++) malloc(1)", NULL, ""},
	{"for (int i = 0; i < 10000; i++) { pthread_t t; pthread_create(&t, 0, idle, 0); }", NULL, ""},
};

static char *build(const struct hostile *it)
{
	char *in = write_file("hostile.c", source);
	char *out = format("%s/hostile.so", folder);
	char *does = write_file("does.h", format("#define DOES %s\n", it->does));

	assert_int_equal(system(format("cc -w -shared -fPIC -g -Iharness/include -include %s -o %s %s", does, out, in)),
			 0);
	return out;
}

static json_t *run_of(const json_t *json, size_t i)
{
	return json_array_get(json_object_get(json, "runs"), i);
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static const json_t *finding_of(const json_t *it, const char *rule)
{
	json_t *finding;
	size_t i;

	json_array_foreach(json_object_get(it, "findings"), i, finding)
	{
		if (!rule || !strcmp(text_of(finding, "rule"), rule))
			return finding;
	}
	return NULL;
}

static void expect_contained(const struct hostile *it)
{
	char *gate = build(it);
	const json_t *finding;
	json_t *json;

	run("run", "double-click", "--gate", gate, "--gate", "per-workspace", "--time", "3s", "--report", "json");
	/* 0: it may be too much to see, which is told ("not proven"). */
	if (ran.status != 1 && ran.status != 3 && (it->rule || ran.status))
		FAIL("%s: the status should be 1 or 3\n", it->does);
	json = json_loads(ran.out, 0, NULL);
	if (!json || json_array_size(json_object_get(json, "runs")) != 2)
		FAIL("%s: two whole results should be there\n", it->does);
	if (!strcmp(text_of(run_of(json, 0), "verdict"), "clean"))
		FAIL("%s: it should not be clean\n", it->does);
	if (strcmp(text_of(run_of(json, 1), "verdict"), "clean") != 0)
		FAIL("%s: the run behind it should be clean\n", it->does);
	finding = finding_of(run_of(json, 0), it->rule);
	if (it->rule && (!finding || !strstr(text_of(finding, "message"), it->says)))
		FAIL("%s: %s should be shown, and say %s\n", it->does, it->rule, it->says);
	if (finding && it->rule) {
		run("replay", text_of(finding, "repro"));
		if (ran.status != 1 || !says(ran.out, it->rule))
			FAIL("%s: the repro should show it\n", it->does);
	}
	json_decref(json);
}

static void what_gates_do_is_contained(void **state)
{
	(void)state;
	if (!gx_seal_is_available()) {
		print_message("skipped: no process can be sealed here\n");
		skip();
	}
	write_file("kept", "");
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++)
		expect_contained(&hostile[i]);
	assert_int_equal(access(format("%s/kept", folder), F_OK), 0);
	assert_int_equal(access("left-behind", F_OK), -1);
	assert_int_equal(system("! pgrep -f [h]ostile.so >/dev/null"), 0);
}

/* A worker that somebody else ends, as the kernel does where memory runs short, accuses no gate. */
static void a_worker_that_is_killed_accuses_nobody(void **state)
{
	char *out = format("%s/killed.json", folder);

	(void)state;
	if (!gx_seal_is_available()) {
		print_message("skipped: no process can be sealed here\n");
		skip();
	}
	assert_int_equal(
		system(format("%s run three-callers --gate none --time 30s -q --report json=%s & p=$!; sleep 1; "
			      "kill -9 $(cat /proc/$p/task/$p/children); wait $p; test $? = 3",
			      program, out)),
		0);
	assert_int_equal(system(format("grep -q 'killed, by somebody' %s && ! grep -q '\"rule\"' %s", out, out)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_gates_do_is_contained),
		cmocka_unit_test(a_worker_that_is_killed_accuses_nobody),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
