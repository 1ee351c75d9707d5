/*
 * statics.c - calls that keep something between calls, in memory that libc has for all: here that memory is the world's.
 *
 * Each is libc's own re-entrant twin (rand() is random_r(), strtok() strtok_r()) over a place in `statics`, which a plugin that calls one
 * of them takes into its world. So the numbers are glibc's, too.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "posix/internal.h"
#include "posix/loading.h"

enum { RANDOM_STATE_BYTES = 128 /* glibc's default */ };

static struct {
	struct random_data random;
	struct drand48_data drand48;
	char *token;
	struct gx_named_semaphore *named;
	struct tm day;
	char random_state[RANDOM_STATE_BYTES];
	char date[32];
	char error[64];
} statics __attribute__((aligned(64)));

void *gx_posix_statics(unsigned long *size)
{
	*size = sizeof(statics);
	return &statics;
}

struct gx_named_semaphore **gx_posix_named(void)
{
	return &statics.named;
}

/* As at the start of a process: srandom(1) is what happens without one. */
static struct random_data *seeded(void)
{
	if (!statics.random.state)
		initstate_r(1, statics.random_state, sizeof(statics.random_state), &statics.random);
	return &statics.random;
}

long random(void)
{
	int32_t number;

	if (!gx_posix_is_guest())
		return GX_REAL(random)();
	random_r(seeded(), &number);
	return number;
}

void srandom(unsigned seed)
{
	if (!gx_posix_is_guest())
		GX_REAL(srandom)(seed);
	else
		srandom_r(seed, seeded());
}

int rand(void)
{
	return gx_posix_is_guest() ? (int)random() : GX_REAL(rand)();
}

void srand(unsigned seed)
{
	if (!gx_posix_is_guest())
		GX_REAL(srand)(seed);
	else
		srandom(seed);
}

double drand48(void)
{
	double number;

	if (!gx_posix_is_guest())
		return GX_REAL(drand48)();
	drand48_r(&statics.drand48, &number);
	return number;
}

long lrand48(void)
{
	long number;

	if (!gx_posix_is_guest())
		return GX_REAL(lrand48)();
	lrand48_r(&statics.drand48, &number);
	return number;
}

long mrand48(void)
{
	long number;

	if (!gx_posix_is_guest())
		return GX_REAL(mrand48)();
	mrand48_r(&statics.drand48, &number);
	return number;
}

void srand48(long seed)
{
	if (!gx_posix_is_guest())
		GX_REAL(srand48)(seed);
	else
		srand48_r(seed, &statics.drand48);
}

char *strtok(char *restrict text, const char *restrict separators)
{
	return gx_posix_is_guest() ? strtok_r(text, separators, &statics.token) : GX_REAL(strtok)(text, separators);
}

struct tm *gmtime(const time_t *when)
{
	return gx_posix_is_guest() ? gmtime_r(when, &statics.day) : GX_REAL(gmtime)(when);
}

struct tm *localtime(const time_t *when)
{
	return gx_posix_is_guest() ? localtime_r(when, &statics.day) : GX_REAL(localtime)(when);
}

char *asctime(const struct tm *day)
{
	return gx_posix_is_guest() ? asctime_r(day, statics.date) : GX_REAL(asctime)(day);
}

char *ctime(const time_t *when)
{
	return gx_posix_is_guest() ? ctime_r(when, statics.date) : GX_REAL(ctime)(when);
}

char *strerror(int error)
{
	return gx_posix_is_guest() ? strerror_r(error, statics.error, sizeof(statics.error)) : GX_REAL(strerror)(error);
}

char *strsignal(int signal)
{
	const char *known;

	if (!gx_posix_is_guest())
		return GX_REAL(strsignal)(signal);
	known = sigdescr_np(signal);
	if (known)
		snprintf(statics.error, sizeof(statics.error), "%s", known);
	else
		snprintf(statics.error, sizeof(statics.error), "Unknown signal %d", signal);
	return statics.error;
}
