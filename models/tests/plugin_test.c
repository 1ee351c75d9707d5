/*
 * Gates from outside: what is refused, and in which words; whose static data is reset; what of a gate that crashes.
 *
 *     C text ─► cc (and clang) ─► a folder of its own/NAME.so ─► gx_plugin_load() ─► exhaustive search ─► rules, repro, replay
 *
 * Every gate below stands between the same prologue (headers, and a default open() and close() where it has none) and the same table.
 * Tests run in the top folder of the project: the gates are built against harness/include as a user's gate is.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
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
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/snapshot.h"
#include "core/world.h"
#include "explore/explore.h"
#include "explore/replay.h"
#include "gates/plugin.h"
#include "scenario/file.h"
#include "scenario/find.h"
#include "service/service.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* C text as a string; no directives in it, and macros stay unexpanded. */
#define CODE(...) #__VA_ARGS__

/* ---- compilers ---- */

enum { COMPILERS_MAX = 3, PATH_BYTES = 512 };

static struct {
	const char *compilers[COMPILERS_MAX];
	unsigned count;
	char folder[PATH_BYTES];
} shop;

static const char prologue[] = "#include <assert.h>\n"
			       "#include <pthread.h>\n"
			       "#include <sched.h>\n"
			       "#include <semaphore.h>\n"
			       "#include <signal.h>\n"
			       "#include <stdatomic.h>\n"
			       "#include <stdbool.h>\n"
			       "#include <stdio.h>\n"
			       "#include <stdlib.h>\n"
			       "#include <string.h>\n"
			       "#include <threads.h>\n"
			       "#include <unistd.h>\n"
			       "#include \"gatecrash/gate.h\"\n";

static const char default_open[] = CODE(static void *open_gate(void) {
	static char state;
	return &state;
});
static const char default_close[] = CODE(static void close_gate(void *gate) { (void)gate; });
static const char table[] = CODE(const struct gx_gate *gx_gate_plugin(void) {
	static const struct gx_gate gate = {GX_GATE_ABI, "probe",    "A gate of the tests.",
					    open_gate,   close_gate, handle};
	return &gate;
});

static bool has(const char *text, const char *function)
{
	return strstr(text, function) != NULL;
}

/* Whatever the text does not define gets its default. */
static void write_source(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	fputs(prologue, file);
	if (has(text, " handle(")) {
		if (!has(text, " *open_gate("))
			fprintf(file, "%s\n", default_open);
		if (!has(text, " close_gate("))
			fprintf(file, "%s\n", default_close);
	}
	fprintf(file, "%s\n", text);
	if (!has(text, "gx_gate_plugin(") && has(text, " handle("))
		fprintf(file, "%s\n", table);
	fclose(file);
}

/* The path of the plugin; valid until the next one is built. */
static const char *build(const char *compiler, const char *name, const char *text, const char *flags)
{
	static char plugin[PATH_BYTES + 64];
	char source[PATH_BYTES + 64];
	char command[4 * PATH_BYTES];

	snprintf(source, sizeof(source), "%s/%s.c", shop.folder, name);
	snprintf(plugin, sizeof(plugin), "%s/%s.so", shop.folder, name);
	write_source(source, text);
	snprintf(command, sizeof(command),
		 "%s -std=gnu11 -O1 -w -fno-stack-protector -shared -fPIC -Iharness/include -o '%s' '%s' %s", compiler,
		 plugin, source, flags);
	if (system(command) != 0)
		fail_msg("this does not compile: %s", command);
	return plugin;
}

static bool works(const char *compiler)
{
	char command[PATH_BYTES];

	snprintf(command, sizeof(command), "%s --version >/dev/null 2>&1", compiler);
	return system(command) == 0;
}

static void find_compilers(void)
{
	static const char *const known[] = {"gcc", "clang"};
	const char *own = getenv("CC");

	if (!own || !*own)
		own = "cc";
	if (works(own))
		shop.compilers[shop.count++] = own;
	for (size_t i = 0; i < COUNT(known); i++)
		if (strcmp(known[i], own) != 0 && (strcmp(own, "cc") != 0 || i) && works(known[i]))
			shop.compilers[shop.count++] = known[i];
	if (!shop.count)
		fail_msg("there is no C compiler (CC, cc, gcc, clang)");
}
