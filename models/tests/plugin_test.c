/*
 * Gates from outside: what is refused, and in which words; whose static data is reset; what becomes of a gate that crashes.
 *
 *     plugin_gates.inc ─► gcc and clang ─► a folder of its own/N-NAME.so ─► gx_plugin_load() ─► search ─► repro ─► replay
 *
 * Tests run in the top folder of the project: the gates are built against harness/include, as a user's gate is.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/crash.h"
#include "core/internal.h"
#include "core/sanitizer.h"
#include "core/snapshot.h"
#include "core/world.h"
#include "explore/explore.h"
#include "explore/replay.h"
#include "hosts/seal.h"
#include "module/plugin.h"
#include "scenario/file.h"
#include "scenario/find.h"
#include "tests/machine.h"
#include "trial/trial.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- what is refused ---- */

#define NO_SYMBOL \
	"does not export gx_gate_plugin(); define const struct gx_gate *gx_gate_plugin(void), and do not hide it (-fvisibility)"
#define MISSING(function) "the gate's " function " is NULL; open, close and handle are all needed"
#define BAD_NAME(shown)   "the gate's name is " shown "; it has to be 1 to 63 of a-z, 0-9 and -"
#define BAD_SUMMARY(what) "the gate's summary " what "; it has to be one line of text"
#define WHILE_LOADED(what, how) \
	"the gate " what " while it is loaded (" how " in a constructor, in gx_gate_plugin() or in a destructor)"
#define CALLS_THE_KERNEL(name)                 \
	"the gate makes the system call " name \
	" while it is loaded (in a constructor, in gx_gate_plugin() or in a destructor)"
#define ENDS_THE_PROCESS "the gate ends the process while it is loaded"
#define UNMODELLED(name) \
	"calls " name    \
	"(), which gatecrash does not model; pthread's and C11's mutexes, condition variables, threads and keys it does, and rwlocks, spin locks, barriers, semaphores"

static const struct {
	const char *name;
	const char *why; /* the message behind the path */
} refusals[] = {
	{"no-symbol", NO_SYMBOL},
	{"hidden-symbol", NO_SYMBOL},
	{"null-gate", "gx_gate_plugin() returned NULL; return the address of a struct gx_gate"},
	{"our-gate",
	 "gx_gate_plugin() returned a gate of gatecrash's own: the variable has the same name; make it static"},
	{"abi-2", "built for gate ABI 2, this gatecrash has ABI 1; set .abi = GX_GATE_ABI and build it against this "
		  "gatecrash's gate.h"},
	{"no-open", MISSING("open")},
	{"no-close", MISSING("close")},
	{"no-handle", MISSING("handle")},
	{"name-null", BAD_NAME("NULL")},
	{"name-empty", BAD_NAME("\"\"")},
	{"name-upper", BAD_NAME("\"MyGate\"")},
	{"name-lines", BAD_NAME("\"my??[31mgate\"")},
	{"name-64", BAD_NAME("\"a123456789b123456789c123456789d123456789e123456789f123456789-123\"")},
	{"summary-null", BAD_SUMMARY("is NULL")},
	{"summary-lines", BAD_SUMMARY("has a line break or another control character")},
	{"name-wild", WHILE_LOADED("crashes", "Segmentation fault")},
	{"entry-null", WHILE_LOADED("crashes", "Segmentation fault")},
	{"constructor-null", WHILE_LOADED("crashes", "Segmentation fault")},
	{"constructor-abort", WHILE_LOADED("crashes", "Aborted")},
	{"constructor-recurses", WHILE_LOADED("crashes", "Segmentation fault")},
	{"constructor-note", WHILE_LOADED("crashes", "Segmentation fault")},
	{"constructor-leaves", WHILE_LOADED("crashes", "Aborted")},
	{"constructor-exit", ENDS_THE_PROCESS},
	{"constructor-exit-3", ENDS_THE_PROCESS},
	{"destructor-abort", WHILE_LOADED("crashes", "Aborted")},
	{"attributes-of-a-thread", UNMODELLED("pthread_getattr_np")},
	{"attributes-by-pointer", UNMODELLED("pthread_getattr_np")},
	{"fork",
	 "calls fork(), which gatecrash does not model; a gate starts no processes, and handles and sends no signals"},
	{"thread-local-fixed",
	 "has thread-local variables whose place is fixed (-ftls-model=initial-exec) or described (-mtls-dialect=gnu2), or more than 4 "
	 "objects with some; build it without that"},
	{"too-large", "has 2048 KiB of writable static data, and 1024 are too many to be saved with every state"},
};

/* ---- what is loaded ---- */

/* What a complete search of double-click finds: all of it, in the order of enum gx_rule. The twin of a gate that finds something is clean. */
struct row {
	const char *name;
	const char *rules;
	/* Of the finding of rule crash, hang or misuse. */
	unsigned detail;  /* misuse: enum gx_misuse; crash: 1 if the stack overflowed */
	unsigned value;   /* crash: the signal, 0: it ends the process */
	unsigned request; /* the one to blame; 0: none, or any */
	unsigned role;    /* crash, hang: of the task that does it */
};

#define CRASH_OF_2(signal) .rules = "crash", .value = (signal), .request = 2, .role = GX_ROLE_ACTOR
#define OVERFLOW_OF_2      CRASH_OF_2(SIGSEGV), .detail = 1
#define MISUSE(what)       .rules = "misuse", .detail = GX_MISUSE_##what
#define POSIX_MISUSE(what) .rules = "misuse", .detail = GX_MISUSE_POSIX + GX_POSIX_##what

static const struct row rows[] = {
	{"sound", .rules = ""},
	{"name-63", .rules = ""},
	{"allocates", .rules = ""},
	{"queue", .rules = ""},
	{"semaphore", .rules = ""},
	{"atomics", .rules = ""},
	{"sleeps", .rules = ""},
	{"goes", .rules = ""},
	{"goes-deferred", .rules = ""},
	{"counts-and-notes", .rules = ""},
	{"statics", .rules = ""},

	{"null", CRASH_OF_2(SIGSEGV)},
	{"null-function", CRASH_OF_2(SIGSEGV)},
	{"constant", CRASH_OF_2(SIGSEGV)},
	{"abort", CRASH_OF_2(SIGABRT)},
	{"assert", CRASH_OF_2(SIGABRT)},
	{"exit", CRASH_OF_2(0)},
	{"raise", CRASH_OF_2(SIGILL)},
	{"divide", CRASH_OF_2(SIGFPE)},
	{"backwards", CRASH_OF_2(SIGSEGV)},
	{"recursion", OVERFLOW_OF_2},
	{"large-frame", OVERFLOW_OF_2},
	{"huge-frame", OVERFLOW_OF_2},
	{"smashed-frame", CRASH_OF_2(SIGSEGV)},
	{"smashed-stack", CRASH_OF_2(SIGSEGV)},
	{"smashed-blocks", CRASH_OF_2(SIGSEGV)},
	{"in-deferred", CRASH_OF_2(SIGSEGV)},
	{"one-order", CRASH_OF_2(SIGABRT)},
	{"in-open", .rules = "crash", .value = SIGABRT, .role = GX_ROLE_DRIVER},
	{"in-close", .rules = "crash", .value = SIGABRT, .role = GX_ROLE_DRIVER},
	{"in-go", .rules = "crash", .value = SIGABRT, .role = GX_ROLE_GO},
	{"in-thread", .rules = "crash", .value = SIGSEGV, .role = GX_ROLE_THREAD},

	{"outcome-17", MISUSE(BAD_OUTCOME), .request = 2},
	{"outcome-minus-1", MISUSE(BAD_OUTCOME), .request = 2},
	{"stop-twice", MISUSE(LEG_TWICE), .request = 2},
	{"start-twice", MISUSE(LEG_TWICE), .request = 2},
	{"start-first", .rules = "wedged, status-mismatch, misuse", .detail = GX_MISUSE_START_BEFORE_STOP,
	 .request = 2},
	{"busy-and-legs", .rules = "status-mismatch, misuse", .detail = GX_MISUSE_LEG_AFTER_REFUSAL, .request = 2},
	{"legs-and-dropped", MISUSE(LEG_AFTER_REFUSAL), .request = 2},
	{"ran-too-early", MISUSE(RAN_TOO_EARLY), .request = 2},
	{"own-request", MISUSE(FOREIGN_REQUEST), .request = 2},
	{"no-request", MISUSE(FOREIGN_REQUEST), .request = 2},
	{"open-fails", MISUSE(OPEN_FAILED)},
	{"unlocks-twice", POSIX_MISUSE(UNLOCK_UNLOCKED), .request = 2},
	{"frees-twice", POSIX_MISUSE(BAD_FREE), .request = 2},
	{"frees-no-block", POSIX_MISUSE(BAD_FREE), .request = 2},
	{"lock-outside", POSIX_MISUSE(OUTSIDE), .request = 2},
	{"forgets", .rules = "deadlock, status-mismatch, gate-leaked"},
	{"locks-twice", .rules = "deadlock, status-mismatch, gate-leaked"},
};

static const struct row hanging = {"endless", .rules = "hang", .request = 2, .role = GX_ROLE_ACTOR};

/* ---- building ---- */

enum { COMPILERS_MAX = 3, PATH_BYTES = 512 };

static struct {
	const char *compilers[COMPILERS_MAX];
	unsigned count;
	char folder[FOLDER_BYTES];
	pid_t owner;
} shop;

/* What a gate has that does not say otherwise. */
static const char usual_open[] = "static void *open_gate(void) { static char state; return &state; }\n";
static const char usual_close[] = "static void close_gate(void *gate) { (void)gate; }\n";
static const char usual_table[] =
	"TABLE(GX_GATE_ABI, \"probe\", \"A gate of the tests.\", open_gate, close_gate, handle)\n";

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

static void write_gate(const char *name, const char *prologue, const char *code)
{
	bool is_gate = has(code, "HANDLE") || has(code, "SOUND");
	char path[PATH_BYTES + 64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.c", shop.folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "%s%s%s%s%s", prologue, is_gate && !has(code, "*open_gate(") ? usual_open : "",
		is_gate && !has(code, " close_gate(") ? usual_close : "", code,
		is_gate && !has(code, "*gx_gate_plugin(") && !has(code, "TABLE(") ? usual_table : "");
	fclose(file);
}

/* "//// NAME" begins a gate; two of them in a row are a heading. */
static void write_gates(void)
{
	static char text[1 << 16];
	FILE *file = fopen("models/tests/plugin_gates.inc", "r");
	char *next;
	size_t size;

	assert_non_null(file); /* tests run in the top folder */
	size = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	assert_in_range(size, 1, sizeof(text) - 2);
	next = strstr(text, "//// ");
	assert_non_null(next);
	*next = '\0';
	while (next) {
		char *name = next + strlen("//// ");
		char *code = strchr(name, '\n');

		*code++ = '\0';
		next = strstr(code, "//// ");
		if (next)
			*next = '\0';
		if (*code)
			write_gate(name, text, code);
	}
}

/* What is wrong with the gates would be warned of. A smashed stack must not be noticed by a protector of the compiler's. */
#define FLAGS "-std=gnu11 -O1 -w -fno-stack-protector -fPIC -shared -Iharness/include"

/* Valid until the next call. */
static const char *plugin_path(unsigned compiler, const char *name)
{
	static char path[PATH_BYTES + 64];

	snprintf(path, sizeof(path), "%s/%u-%s.so", shop.folder, compiler, name);
	return path;
}

static bool works(const char *compiler)
{
	char command[PATH_BYTES];

	snprintf(command, sizeof(command), "%s --version >/dev/null 2>&1", compiler);
	return system(command) == 0;
}

/* gcc and clang, whichever there is, and what CC says if that is another one. */
static void find_compilers(void)
{
	static const char *const known[] = {"gcc", "clang"};
	const char *own = getenv("CC");

	for (size_t i = 0; i < COUNT(known); i++)
		if (works(known[i]))
			shop.compilers[shop.count++] = known[i];
	if (!own || !*own)
		own = shop.count ? NULL : "cc";
	if (own && strcmp(own, "gcc") != 0 && strcmp(own, "clang") != 0)
		shop.compilers[shop.count++] = own;
}

/* Several at once: a compiler takes most of its time to start. */
static void build_all(unsigned compiler)
{
	shell("ls '%s' | grep '[.]c$' | sed 's/..$//' | xargs -P 4 -I NAME %s " FLAGS " -o '%s/%u-NAME.so' '%s/NAME.c'",
	      shop.folder, shop.compilers[compiler], shop.folder, compiler, shop.folder);
}

/* What is wrong with these is the same whoever compiled them: once will do. */
static void forget_refusals(void)
{
	char path[PATH_BYTES + 64];

	for (size_t i = 0; i < COUNT(refusals); i++) {
		snprintf(path, sizeof(path), "%s/%s.c", shop.folder, refusals[i].name);
		assert_int_equal(unlink(path), 0);
	}
}

static int open_shop(void **state)
{
	struct gx_error err;

	(void)state;
	unsetenv("TWIN");
	shop.owner = getpid();
	if (!new_folder(shop.folder, "plugin"))
		fail_msg("no folder for the gates: %s", strerror(errno));
	find_compilers();
	write_gates();
	for (unsigned i = 0; i < shop.count; i++) {
		build_all(i);
		if (!i)
			forget_refusals();
	}
	gx_service_register();
	if (gx_world_open(&err) != GX_OK)
		fail_msg("%s", err.text);
	return 0;
}

static int close_shop(void **state)
{
	(void)state;
	if (getpid() != shop.owner)
		_exit(1); /* a test failed in a child: what is left is its parent's */
	shell("rm -rf '%s'", shop.folder);
	return 0;
}

/* ---- what is no plugin ---- */

static unsigned entries_of(const char *folder)
{
	DIR *dir = opendir(folder);
	unsigned count = 0;

	if (!dir)
		fail_msg("%s: %s", folder, strerror(errno));
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static bool is_mapped(const char *path)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[1024];
	bool found = false;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		found |= has(line, path);
	fclose(maps);
	return found;
}

/*
 * Load what cannot be loaded: exactly this line, and nothing left behind: no file descriptor, mapping, file, child, and no process
 * of the plugin's that still holds what it inherited.
 */
static void refused(const char *path, const char *why)
{
	struct gx_plugin *plugin = NULL;
	struct gx_error err = {.text = ""};
	unsigned descriptors;
	unsigned files;
	char expected[sizeof(err.text)];
	int inherited[2];
	char byte;

	need_proc();
	descriptors = entries_of("/proc/self/fd");
	files = entries_of(shop.folder);
	snprintf(expected, sizeof(expected), "%s: %s", path, why);
	assert_int_equal(pipe(inherited), 0);
	assert_int_equal(gx_plugin_load(&plugin, path, &err), GX_EINPUT);
	assert_string_equal(err.text, expected);
	assert_null(plugin);
	close(inherited[1]);
	assert_int_equal(poll(&(struct pollfd){.fd = inherited[0], .events = POLLIN}, 1, 2000), 1);
	assert_int_equal(read(inherited[0], &byte, 1), 0);
	close(inherited[0]);
	assert_int_equal(entries_of("/proc/self/fd"), descriptors);
	assert_int_equal(entries_of(shop.folder), files);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	assert_false(is_mapped(shop.folder));
}

static const char *file_with(const char *name, const void *bytes, size_t size)
{
	static char path[PATH_BYTES + 64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", shop.folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
	return path;
}

#define RECIPE "; build the gate with cc -shared -fPIC -o gate.so gate.c"

static void what_is_no_elf_file_is_no_gate(void **state)
{
	char path[PATH_BYTES + 64];

	(void)state;
	snprintf(path, sizeof(path), "%s/absent.so", shop.folder);
	refused(path, "cannot open the gate: No such file or directory");
	snprintf(path, sizeof(path), "%s/absent/gate.so", shop.folder);
	refused(path, "cannot open the gate: No such file or directory");
	refused("", "cannot open the gate: No such file or directory");
	refused(shop.folder, "not a regular file; a gate is a shared object (cc -shared -fPIC ...)");
	refused("/dev/null", "not a regular file; a gate is a shared object (cc -shared -fPIC ...)");
	snprintf(path, sizeof(path), "%s/fifo.so", shop.folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	refused(path, "not a regular file; a gate is a shared object (cc -shared -fPIC ...)");
	refused(file_with("empty.so", "", 0), "not an ELF shared object" RECIPE);
	refused(file_with("short.so", "\177EL", 3), "not an ELF shared object" RECIPE);
	refused(file_with("text.so", usual_table, strlen(usual_table)), "not an ELF shared object" RECIPE);
	refused(file_with("script.so", "#!/bin/sh\n", 10), "not an ELF shared object" RECIPE);
}

static size_t bytes_of(const char *path, unsigned char *bytes, size_t size)
{
	FILE *file = fopen(path, "r");
	size_t got;

	assert_non_null(file);
	got = fread(bytes, 1, size, file);
	fclose(file);
	return got;
}

static void a_damaged_elf_file_is_no_gate(void **state)
{
	static unsigned char bytes[1 << 20];
	ElfW(Ehdr) *head = (ElfW(Ehdr) *)bytes;
	size_t size;

	(void)state;
	size = bytes_of(plugin_path(0, "sound"), bytes, sizeof(bytes));
	assert_in_range(size, sizeof(*head), sizeof(bytes) - 1);
	refused(file_with("magic.so", bytes, SELFMAG), "a truncated ELF file" RECIPE);
	refused(file_with("ident.so", bytes, EI_NIDENT + 4), "a truncated ELF file" RECIPE);
	refused(file_with("head.so", bytes, sizeof(*head)), "a truncated ELF file" RECIPE);
	refused(file_with("segments.so", bytes, size / 4), "a truncated ELF file" RECIPE);
	head->e_type = ET_REL;
	refused(file_with("object.so", bytes, size), "an ELF file, but no shared object" RECIPE);
	head->e_type = ET_DYN;
	head->e_phoff = UINT64_MAX - 8;
	refused(file_with("offset.so", bytes, size), "a truncated ELF file" RECIPE);
}

static void an_elf_file_for_another_machine_is_no_gate(void **state)
{
	Elf32_Ehdr small = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
			    .e_type = ET_DYN,
			    .e_machine = EM_386};
	Elf64_Ehdr other = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			    .e_type = ET_DYN,
			    .e_machine = EM_RISCV};

	(void)state;
	refused(file_with("i386.so", &small, sizeof(small)),
		"an ELF file for another machine (32-bit, e_machine 3); build the gate for this one");
	refused(file_with("riscv.so", &other, sizeof(other)),
		"an ELF file for another machine (64-bit, e_machine 243); build the gate for this one");
}

static void an_executable_is_no_gate(void **state)
{
	char path[PATH_BYTES + 64];

	(void)state;
	snprintf(path, sizeof(path), "%s/program.so", shop.folder);
	shell("echo 'int main(void) { return 0; }' | %s -x c -fPIE -pie -o '%s' -", shop.compilers[0], path);
	refused(path, "cannot load the gate: cannot dynamically load position-independent executable");
}

static void a_gate_that_misses_a_symbol_is_refused(void **state)
{
	char path[PATH_BYTES + 64];

	(void)state;
	snprintf(path, sizeof(path), "%s/undefined.so", shop.folder);
	shell("echo 'int missing(void); int call(void) { return missing(); }' | %s -x c -shared -fPIC -o '%s' -",
	      shop.compilers[0], path);
	refused(path, "cannot load the gate: undefined symbol: missing");
}

static void a_gate_that_is_refused_is_refused_in_one_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refusals); i++)
		if (GX_ASAN && !strcmp(refusals[i].name, "constructor-note"))
			print_message("not tried, UBSan ends the process its own way: %s\n", refusals[i].name);
		else if (gx_seal_is_available() && !strcmp(refusals[i].name, "constructor-leaves"))
			refused(plugin_path(0, refusals[i].name),
				CALLS_THE_KERNEL("clone")); /* and so leaves nothing */
		else
			refused(plugin_path(0, refusals[i].name), refusals[i].why);
}

static void a_gate_that_never_ends_loading_is_given_up(void **state)
{
	(void)state;
	refused(plugin_path(0, "constructor-loops"), WHILE_LOADED("hangs", "5 s"));
}

/* Not even once: it would be done while it is tried whether the gate can be loaded. */
static void a_gate_whose_constructor_calls_the_kernel_is_refused_before_it_is_done(void **state)
{
#if defined(__x86_64__)
	int kept = open("left-alone", O_CREAT | O_WRONLY, 0600);

	(void)state;
	close(kept);
	if (gx_seal_is_available()) {
		refused(plugin_path(0, "constructor-forks"), CALLS_THE_KERNEL("fork"));
		refused(plugin_path(0, "constructor-removes"), CALLS_THE_KERNEL("unlink"));
		assert_int_equal(access("left-alone", F_OK), 0);
	}
	assert_int_equal(unlink("left-alone"), 0);
#else
	(void)state;
	skip();
#endif
}

/* exit() in the child writes what stands in the buffers that it inherited, too. */
static void what_a_constructor_ends_is_not_the_harness_s_output(void **state)
{
	char path[PATH_BYTES + 64];
	char text[64] = "";
	struct gx_plugin *plugin = NULL;
	struct gx_error err;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/output", shop.folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("once", file);
	assert_int_equal(gx_plugin_load(&plugin, plugin_path(0, "constructor-exit"), &err), GX_EINPUT);
	fclose(file);
	assert_int_equal(bytes_of(path, (unsigned char *)text, sizeof(text)), 4);
	assert_string_equal(text, "once");
}

/* ---- a plugin and a scenario ---- */

enum { FINDINGS_MAX = 64, EVENTS_MAX = 1 << 16 };

static struct {
	struct gx_scenario_file *file;
	struct gx_plugin *plugin;
	struct gx_trial trial;
	struct gx_finding findings[FINDINGS_MAX];
	struct gx_event events[EVENTS_MAX];
	uint32_t event_count;
	unsigned executions; /* random ones */
	unsigned look_us;    /* how often the timer looks for a task that hangs; 0: as usual */
} stand;

/* In every test anew: cmocka has taken the signals meanwhile. */
static void install_handlers(void)
{
	struct itimerval often = {.it_interval.tv_usec = (suseconds_t)stand.look_us,
				  .it_value.tv_usec = (suseconds_t)stand.look_us};
	struct gx_error err;

	if (gx_crash_install(&err) != GX_OK)
		fail_msg("%s", err.text);
	if (stand.look_us)
		assert_int_equal(setitimer(ITIMER_VIRTUAL, &often, NULL), 0);
}

static void take_down(void)
{
	gx_plugin_free(stand.plugin);
	gx_scenario_free(stand.file);
	stand.plugin = NULL;
	stand.file = NULL;
}

/* What check_row() has changed, however it ended. */
static int put_back(void **state)
{
	(void)state;
	unsetenv("TWIN");
	stand.look_us = 0;
	take_down();
	install_handlers();
	return 0;
}

static void put_up(const char *path)
{
	struct gx_error err;
	char scenario[4096];

	take_down(); /* what a test that failed has left */
	install_handlers();
	if (gx_scenario_find(scenario, sizeof(scenario), "double-click", &err) != GX_OK ||
	    gx_scenario_load(&stand.file, scenario, &err) != GX_OK ||
	    gx_plugin_load(&stand.plugin, path, &err) != GX_OK)
		fail_msg("%s", err.text);
	gx_trial_init(&stand.trial, &stand.file->scenario, gx_plugin_gate(stand.plugin));
	stand.trial.adopt = gx_plugin_adopt;
	stand.trial.plugin = stand.plugin;
	if (gx_sched_load(&stand.trial.program, &err) != GX_OK)
		fail_msg("%s", err.text);
}

static const struct gx_explored *explore(const struct gx_strategy *strategy, uint64_t executions)
{
	static struct gx_explored explored;
	struct gx_explore_options options = {.strategy = strategy, .seed = 1, .executions = executions};
	struct gx_error err;

	gx_explored_release(&explored);
	if (gx_explore(&explored, &options, &err) != GX_OK)
		fail_msg("%s", err.text);
	assert_true(explored.rechecked);
	return &explored;
}

static const char *rules_of(const struct gx_explored *explored)
{
	static char text[512];
	size_t length = 0;

	text[0] = '\0';
	for (unsigned rule = 0; rule < GX_RULE_COUNT; rule++)
		for (unsigned i = 0; i < explored->hit_count; i++) {
			if (gx_key_rule(explored->hits[i].key) != rule)
				continue;
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s", length ? ", " : "",
						   gx_rule_name((enum gx_rule)rule));
			break;
		}
	return text;
}

static void name_task(void *context, unsigned task, char *text, size_t size)
{
	(void)context;
	snprintf(text, size, "task %u", task);
}

/* The execution of a path, with its findings and events. */
static uint64_t run(const struct gx_path *path)
{
	struct gx_replay replay = {.namer = name_task, .events = stand.events, .capacity = EVENTS_MAX};
	struct gx_error err;

	gx_sched_reset();
	stand.trial.findings = stand.findings;
	stand.trial.finding_capacity = FINDINGS_MAX;
	stand.trial.finding_count = 0;
	if (gx_replay_path(&replay, path, NULL, &err) != GX_OK)
		fail_msg("%s", err.text);
	assert_in_range(replay.event_count, 1, EVENTS_MAX);
	stand.event_count = replay.event_count;
	stand.trial.findings = NULL;
	return gx_sched_event_hash();
}

/* The path as a line of text, and back, gives the same execution, time and again. */
static void replays(const struct gx_path *path)
{
	struct gx_replay replay = {.namer = name_task};
	struct gx_repro made;
	struct gx_repro repro;
	struct gx_error err;
	char *line;

	gx_sched_reset();
	if (gx_repro_make(&made, "double-click", "./gate.so", path, &err) != GX_OK)
		fail_msg("%s", err.text);
	line = gx_repro_print(&made);
	if (gx_repro_parse(&repro, line, &err) != GX_OK)
		fail_msg("%s", err.text);
	for (unsigned i = 0; i < 2; i++) {
		gx_sched_reset();
		if (gx_replay_repro(&replay, &repro, NULL, &err) != GX_OK)
			fail_msg("%s: %s", line, err.text);
		assert_true(gx_sched_event_hash() == made.hash);
		assert_int_equal(gx_sched_steps(), made.steps);
	}
	gx_repro_release(&made);
	gx_repro_release(&repro);
	free(line);
}

static const struct gx_finding *finding_of(uint64_t key)
{
	for (unsigned i = 0; i < stand.trial.finding_count; i++)
		if (gx_finding_key(stand.findings[i].rule, stand.findings[i].workspace) == key)
			return &stand.findings[i];
	fail_msg("the path to a finding does not show it");
	return NULL;
}

/* The last event of the run with this label, or NULL. */
static const struct gx_event *last_event(unsigned label)
{
	for (uint32_t i = stand.event_count; i--;)
		if (stand.events[i].label == label)
			return &stand.events[i];
	return NULL;
}

/* What the task with this path was made for: role << 32 | number. Set-up makes the one that opens the gate, before anything happens. */
static uint64_t purpose_of(uint64_t path)
{
	for (uint32_t i = 0; i < stand.event_count; i++)
		if (stand.events[i].label == GX_L_TASK_SPAWN && stand.events[i].object == path)
			return stand.events[i].value;
	return (uint64_t)GX_ROLE_DRIVER << 32;
}

/* Of the finding of one rule: the task that is to blame, and what it did. */
static void check_finding(const struct row *row, const struct gx_finding *finding)
{
	const struct gx_event *fact = NULL;
	uint64_t purpose;

	if (finding->rule == GX_RULE_MISUSE) {
		assert_int_equal(finding->detail, row->detail);
		assert_int_equal(finding->requests[0], row->request);
		assert_int_equal(finding->workspace, row->request ? 0 : GX_NO_WORKSPACE);
		return;
	}
	fact = last_event(finding->rule == GX_RULE_HANG ? GX_L_TASK_HANG : GX_L_TASK_CRASH);
	assert_non_null(fact);
	purpose = purpose_of(fact->object);
	assert_int_equal(purpose >> 32, row->role);
	if (row->request)
		assert_int_equal((uint32_t)purpose, row->request - 1);
	if (finding->rule == GX_RULE_CRASH) {
		assert_int_equal(finding->detail, row->detail);
		assert_int_equal(finding->value, row->value);
	}
}

static void check_hit(const struct row *row, const struct gx_hit *hit)
{
	unsigned rule = gx_key_rule(hit->key);
	const struct gx_finding *finding;

	run(&hit->path);
	finding = finding_of(hit->key);
	if (rule == GX_RULE_CRASH || rule == GX_RULE_HANG || rule == GX_RULE_MISUSE) {
		assert_int_equal(finding->task, hit->path.choice[hit->path.count - 1].task);
		check_finding(row, finding);
	}
	replays(&hit->path);
}

/* Nobody's crash ends an exploration: the random one goes on to its last execution, the search until it has seen everything. */
static void check_gate(const struct row *row, const char *rules)
{
	const struct gx_explored *explored = explore(&gx_strategy_random, stand.executions);

	assert_int_equal(explored->executions, stand.executions);
	explored = explore(&gx_strategy_exhaustive, 0);
	/* A hang may have used up the patience of the search; it says so. */
	if (!explored->complete && (row != &hanging || !strstr(explored->why, "hung")))
		fail_msg("%s: not complete, because: %s", row->name, explored->why);
	if (strcmp(rules_of(explored), rules) != 0)
		fail_msg("%s: finds \"%s\", not \"%s\"", row->name, rules_of(explored), rules);
	for (unsigned i = 0; i < explored->hit_count; i++)
		check_hit(row, &explored->hits[i]);
}

static void check_row(const struct row *row)
{
	for (unsigned i = 0; i < shop.count; i++) {
		print_message("%s, %s\n", row->name, shop.compilers[i]);
		put_up(plugin_path(i, row->name));
		check_gate(row, row->rules);
		if (*row->rules) {
			setenv("TWIN", "1", 1);
			check_gate(row, "");
			unsetenv("TWIN");
		}
		take_down();
	}
}

static void a_gate_finds_what_its_row_says_and_its_twin_nothing(void **state)
{
	(void)state;
	stand.executions = 60;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
}

/* Two seconds of computing time per hang: here the timer looks more often. */
static void a_gate_that_hangs_is_found_and_the_search_goes_on(void **state)
{
	(void)state;
	stand.executions = 2; /* after three hangs, those of the second runs included, an exploration ends */
	stand.look_us = 1000;
	check_row(&hanging);
}

/* ---- what of an execution is kept apart from the others ---- */

/* A variable that the plugin exports: the same object, opened once more. */
static void *variable(const char *path, const char *name)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
	void *found;

	assert_non_null(handle);
	found = dlsym(handle, name);
	assert_non_null(found);
	dlclose(handle);
	return found;
}

/* A change of it makes another state, and is gone after a reset. */
static void belongs_to_the_state(unsigned char *byte)
{
	unsigned char before = *byte;
	uint64_t hash = gx_world_hash();

	*byte ^= 1;
	assert_true(gx_world_hash() != hash);
	gx_sched_reset();
	assert_int_equal(*byte, before);
	assert_true(gx_world_hash() == hash);
}

static void static_data_is_part_of_the_state_and_reset(void **state)
{
	(void)state;
	for (unsigned i = 0; i < shop.count; i++) {
		const char *path = plugin_path(i, "exports");
		unsigned char *bytes;

		put_up(path);
		bytes = variable(path, "bytes");
		belongs_to_the_state(variable(path, "data"));
		belongs_to_the_state(variable(path, "bss"));
		belongs_to_the_state(variable(path, "target"));
		belongs_to_the_state(variable(path, "pointer"));
		belongs_to_the_state(bytes);
		belongs_to_the_state(bytes + (100 << 10) - 1);
		assert_ptr_equal(*(void **)variable(path, "pointer"), variable(path, "target"));
		take_down();
	}
}

static void two_executions_of_one_schedule_have_equal_events_and_states(void **state)
{
	static const char *const names[] = {"statics", "counts-and-notes", "allocates", "queue"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct gx_path none = {0};
		uint64_t events;
		uint64_t end;

		put_up(plugin_path(0, names[i]));
		events = run(&none);
		end = gx_world_hash();
		explore(&gx_strategy_random, 20);
		assert_true(run(&none) == events);
		assert_true(gx_world_hash() == end);
		take_down();
	}
}

/* "statics" crashes in open() if it does not find its data as they were after loading, and in its destructor. */
static void a_gate_that_is_loaded_again_begins_anew(void **state)
{
	struct gx_path none = {0};
	struct gx_plugin *second;
	struct gx_error err;
	char resident[PATH_BYTES + 64];

	(void)state;
	put_up(plugin_path(0, "statics"));
	run(&none);
	if (gx_plugin_load(&second, plugin_path(0, "statics"), &err) != GX_OK)
		fail_msg("%s", err.text);
	stand.trial.plugin = second;
	if (gx_sched_load(&stand.trial.program, &err) != GX_OK)
		fail_msg("%s", err.text);
	run(&none);
	assert_int_equal(stand.trial.finding_count, 0);
	gx_plugin_free(second);
	take_down();

	snprintf(resident, sizeof(resident), "%s/resident.so", shop.folder);
	shell("%s " FLAGS " -Wl,-z,nodelete -o '%s' '%s/statics.c'", shop.compilers[0], resident, shop.folder);
	for (unsigned i = 0; i < 2; i++) {
		put_up(resident);
		run(&none);
		assert_int_equal(stand.trial.finding_count, 0);
		take_down();
	}
}

static void state_outside_of_the_world_is_noticed(void **state)
{
	static struct gx_explored explored;
	static const struct gx_strategy *const strategies[] = {&gx_strategy_random, &gx_strategy_exhaustive};

	(void)state;
	put_up(plugin_path(0, "outside"));
	for (size_t i = 0; i < COUNT(strategies); i++) {
		struct gx_explore_options options = {.strategy = strategies[i], .seed = 1, .executions = 100};
		struct gx_error err;

		assert_int_equal(gx_explore(&explored, &options, &err), GX_EDIVERGED);
		assert_false(explored.complete);
		gx_explored_release(&explored);
	}
	take_down();
}

/* ---- one order of arrival ---- */

static void a_crash_in_one_order_leaves_the_others_alone(void **state)
{
	enum { EXECUTIONS = 200 };
	const struct gx_explored *explored;

	(void)state;
	put_up(plugin_path(0, "one-order"));
	explored = explore(&gx_strategy_random, EXECUTIONS);
	assert_int_equal(explored->executions, EXECUTIONS);
	assert_string_equal(rules_of(explored), "crash");
	assert_in_range(explored->hits[0].count, EXECUTIONS / 10, EXECUTIONS * 9 / 10);
	explored = explore(&gx_strategy_exhaustive, 0);
	assert_true(explored->complete);
	assert_in_range(explored->hits[0].count, 1, explored->executions - 1);
	take_down();
}

/* ---- what a gate says, in order ---- */

static const char *note_of(const struct gx_event *event)
{
	return event->label == GX_F_NOTE ? gx_note_text(event->value) : "";
}

/* The notes of one task, from this one to the event with this label: all in one string. */
static const char *notes_until(unsigned end, const struct gx_event *from)
{
	static char text[512];
	size_t length = 0;

	text[0] = '\0';
	for (const struct gx_event *event = from; event < stand.events + stand.event_count; event++) {
		if (event->task != from->task)
			continue;
		if (event->label == end)
			return text;
		if (*note_of(event))
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s", length ? "; " : "",
						   note_of(event));
	}
	fail_msg("after \"%s\" it never ends", text);
	return NULL;
}

static const struct gx_event *event_of_note(const char *text)
{
	for (uint32_t i = 0; i < stand.event_count; i++)
		if (!strcmp(note_of(&stand.events[i]), text))
			return &stand.events[i];
	fail_msg("nobody notes \"%s\"", text);
	return NULL;
}

static void deferred_functions_run_last_in_first_out_before_anybody_sees_the_end(void **state)
{
	struct gx_path none = {0};

	(void)state;
	put_up(plugin_path(0, "notes-in-order"));
	run(&none);
	assert_string_equal(notes_until(GX_F_ANSWER, event_of_note("handle")),
			    "handle; handle: last in; handle: first in");
	assert_string_equal(notes_until(GX_L_TASK_END, event_of_note("go")), "go; go: deferred");
	assert_string_equal(notes_until(GX_L_TASK_END, event_of_note("thread")), "thread; thread: deferred");
	assert_true(event_of_note("thread: deferred") < event_of_note("handle"));
	take_down();
}

/* What a task keeps on its stack while a deferred function waits would tell orders of arrival apart. */
static void deferred_functions_do_not_split_states(void **state)
{
	uint64_t states;

	(void)state;
#if GX_ASAN
	SKIP("with ASan's frames states hardly merge at all");
#endif
	put_up(plugin_path(0, "goes-ungated"));
	states = explore(&gx_strategy_exhaustive, 0)->states;
	take_down();
	put_up(plugin_path(0, "goes-ungated-deferred"));
	assert_int_equal(explore(&gx_strategy_exhaustive, 0)->states, states);
	take_down();
}

/* ---- who crashes ---- */

/* A watchdog that ends the harness while a task computes must not become a finding against the gate. */
static void a_signal_from_another_process_ends_the_harness(void **state)
{
	struct timespec while_it_hangs = {.tv_nsec = 300000000};
	int status;
	pid_t child = fork();

	(void)state;
	if (!child) {
		prctl(PR_SET_DUMPABLE, 0);
		put_up(plugin_path(0, "endless"));
		explore(&gx_strategy_exhaustive, 0);
		_exit(0);
	}
	assert_true(child > 0);
	nanosleep(&while_it_hangs, NULL);
	assert_int_equal(kill(child, SIGABRT), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_elf_file_is_no_gate),
		cmocka_unit_test(a_damaged_elf_file_is_no_gate),
		cmocka_unit_test(an_elf_file_for_another_machine_is_no_gate),
		cmocka_unit_test(an_executable_is_no_gate),
		cmocka_unit_test(a_gate_that_misses_a_symbol_is_refused),
		cmocka_unit_test(a_gate_that_is_refused_is_refused_in_one_line),
		cmocka_unit_test(a_gate_that_never_ends_loading_is_given_up),
		cmocka_unit_test(a_gate_whose_constructor_calls_the_kernel_is_refused_before_it_is_done),
		cmocka_unit_test(what_a_constructor_ends_is_not_the_harness_s_output),
		cmocka_unit_test_teardown(a_gate_finds_what_its_row_says_and_its_twin_nothing, put_back),
		cmocka_unit_test_teardown(a_gate_that_hangs_is_found_and_the_search_goes_on, put_back),
		cmocka_unit_test(static_data_is_part_of_the_state_and_reset),
		cmocka_unit_test(two_executions_of_one_schedule_have_equal_events_and_states),
		cmocka_unit_test(a_gate_that_is_loaded_again_begins_anew),
		cmocka_unit_test(state_outside_of_the_world_is_noticed),
		cmocka_unit_test(a_crash_in_one_order_leaves_the_others_alone),
		cmocka_unit_test(deferred_functions_run_last_in_first_out_before_anybody_sees_the_end),
		cmocka_unit_test(deferred_functions_do_not_split_states),
		cmocka_unit_test(a_signal_from_another_process_ends_the_harness),
	};

	return cmocka_run_group_tests(tests, open_shop, close_shop);
}
