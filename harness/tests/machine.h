/*
 * machine.h - what tests need of the machine that they run on: a shell, a folder, /proc, a terminal.
 *
 *     need_proc();                                 not there: the test is skipped and says why
 *     new_folder(folder, "cli");                  /tmp/gatecrash-cli-XXXXXX
 *     shell("cc -shared -o '%s' '%s'", so, c);     it works, or the test fails
 *
 * A test that fails leaves in the middle: cmocka's assertions are jumps. What the next test would free again is NULL by then, and what
 * tests share is put back before a test rather than after one.
 */
#ifndef GX_TESTS_MACHINE_H
#define GX_TESTS_MACHINE_H

#include <errno.h>
#include <limits.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cmocka.h>

/* Not tried here; scripts/run-tests shows the reason. */
#define SKIP(...)                           \
	do {                                \
		print_message(__VA_ARGS__); \
		print_message("\n");        \
		skip();                     \
	} while (0)

/* Containers and bare roots do without; then /dev/fd, /dev/stdin, ... lead nowhere. */
static inline void need_proc(void)
{
	if (access("/proc/self/fd", R_OK | X_OK))
		SKIP("needs /proc, which is not mounted here");
}

static inline void need_terminal(void)
{
	int ends[2];

	if (openpty(&ends[0], &ends[1], NULL, NULL, NULL))
		SKIP("needs a pseudo-terminal, and there is none here: %s", strerror(errno));
	close(ends[0]);
	close(ends[1]);
}

/* Can a gate be built and loaded there? */
static inline bool is_usable_folder(const char *folder)
{
	struct statvfs status;

	return folder && *folder && !access(folder, W_OK | X_OK) && !statvfs(folder, &status) &&
	       !(status.f_flag & ST_NOEXEC);
}

enum { FOLDER_BYTES = 192 };

/* A new folder in $TMPDIR or /tmp; in build/ where nothing can be written, or run, there. Returns false if it cannot be made. */
static inline bool new_folder(char path[FOLDER_BYTES], const char *name)
{
	const char *const parents[] = {getenv("TMPDIR"), "/tmp"};
	char here[PATH_MAX];
	char build[PATH_MAX + 8];
	const char *parent = build;

	if (!getcwd(here, sizeof(here)))
		return false;
	snprintf(build, sizeof(build), "%s/build", here);
	for (size_t i = sizeof(parents) / sizeof(parents[0]); i--;)
		if (is_usable_folder(parents[i]))
			parent = parents[i];
	return snprintf(path, FOLDER_BYTES, "%s/gatecrash-%s-XXXXXX", parent, name) < FOLDER_BYTES && mkdtemp(path);
}

static inline void __attribute__((format(printf, 1, 2))) shell(const char *format, ...)
{
	char command[4 * PATH_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

#endif
