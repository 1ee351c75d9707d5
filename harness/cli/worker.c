#include "cli/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/crash.h"
#include "core/sanitizer.h"
#include "core/symbol.h"
#include "core/world.h"
#include "hosts/seal.h"
#include "story/keep.h"

/* Shared memory: the last record, and behind it what is kept. Address space; pages come as they are used. */
enum { SHARED_BYTES = 1 << 30 };

struct record {
	size_t used;
	bool whole;     /* the worker has come to its end */
	uint64_t pulse; /* gx_crash_pulse */
	unsigned said;
	enum gx_status rc;
	struct gx_error err;
	struct gx_result_run result;
};

static struct record *shared;
static unsigned said_here; /* without a worker */

void gx_worker_say(unsigned what)
{
	*(shared ? &shared->said : &said_here) = what;
}

unsigned gx_worker_said(void)
{
	return shared ? shared->said : said_here;
}

static void *take(size_t size)
{
	size_t aligned = (size + 15) & ~(size_t)15;
	void *block = (char *)shared + shared->used;

	if (aligned > SHARED_BYTES - shared->used)
		gx_no_memory("results");
	shared->used += aligned;
	return block; /* zero: nobody has had it */
}

static bool map_shared(void)
{
	void *base;

	if (shared)
		return true;
	base = mmap(NULL, SHARED_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return false;
	shared = base;
	shared->used = (sizeof(*shared) + 15) & ~(size_t)15;
	return true;
}

struct job {
	enum gx_status (*work)(void *context, struct gx_error *err);
	void *context;
	struct gx_result_run *result;
};

/* Timers are not inherited. What is under way is the parent's to report. */
static void __attribute__((noreturn)) be_worker(const struct job *job)
{
	enum gx_status rc = GX_OK;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	gx_be_asked_only();
	gx_keep_from(take);
	gx_crash_pulse = &shared->pulse;
	rc = gx_crash_install(&shared->err);
	if (rc == GX_OK && gx_seal_is_available()) {
		gx_symbol_close();
		rc = gx_seal(&shared->err);
	}
	if (rc == GX_OK)
		rc = job->work(job->context, &shared->err);
	shared->rc = rc;
	shared->result = *job->result;
	shared->whole = true;
	gx_seal_exit();
}

/*
 * So much CPU time without a task being let run: a gate has written over something of ours that goes round for ever now. Between two steps
 * there is never more to do than a few seconds of it.
 */
enum { DEAD_SECONDS = GX_ASAN || GX_TSAN ? 300 : 30 };

struct pulse {
	uint64_t seen;
	double since; /* CPU seconds of the worker */
};

static double cpu_seconds_of(pid_t process)
{
	struct timespec used = {0};
	clockid_t clock;

	if (!clock_getcpuclockid(process, &clock))
		(void)clock_gettime(clock, &used);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static void feel(struct pulse *pulse, pid_t worker)
{
	uint64_t now = *(volatile uint64_t *)&shared->pulse;
	double used = cpu_seconds_of(worker);

	if (now != pulse->seen)
		*pulse = (struct pulse){.seen = now, .since = used};
	else if (used - pulse->since > DEAD_SECONDS)
		kill(worker, SIGKILL);
}

/* Who is asked to stop asks the worker, too: a signal may be meant for this process alone. It does not end a wait. */
static int await(pid_t worker)
{
	struct timespec tick = {.tv_nsec = 20000};
	struct pulse pulse = {0};
	bool asked = false;
	int status = 0;

	while (!waitpid(worker, &status, WNOHANG)) {
		if (gx_interrupted && !asked)
			kill(worker, SIGINT);
		asked |= gx_interrupted != 0;
		feel(&pulse, worker);
		nanosleep(&tick, NULL);
		if (tick.tv_nsec < 1000000)
			tick.tv_nsec *= 2;
	}
	return status;
}

static enum gx_status lost(struct gx_result_run *result, int status, struct gx_error *err)
{
	const char *how = WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "it ended itself";

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		how = "killed, by somebody, or because it computed and came to no step any more";

	*result = shared->result;
	result->verdict = GX_VERDICT_INCOMPLETE;
	result->complete = false;
	result->incomplete = GX_INCOMPLETE_TROUBLE;
	(void)gx_fail(err, GX_EINTERNAL,
		      "the process that explored was lost (%s): the gate did something to it that could not be caught",
		      how);
	result->incomplete_why = memcpy(take(strlen(err->text) + 1), err->text, strlen(err->text) + 1);
	return GX_EINTERNAL;
}

enum gx_status gx_worker_run(enum gx_status (*work)(void *context, struct gx_error *err), void *context,
			     struct gx_result_run *result, struct gx_error *err)
{
	const struct job job = {.work = work, .context = context, .result = result};
	pid_t worker;
	int status;

	/* What is mapped at one address is mapped before the seal. */
	if (gx_world_open(err) != GX_OK || !map_shared())
		return work(context, err);
	fflush(NULL);
	gx_symbol_prepare((const void *)(uintptr_t)gx_worker_run);
	(void)gx_seal_is_available();
	shared->whole = false;
	shared->said = 0;
	shared->pulse = 0;
	shared->result = *result;
	worker = fork();
	if (worker < 0)
		return work(context, err);
	if (!worker)
		be_worker(&job);
	status = await(worker);
	if (!gx_seal_is_our_exit(status) || !shared->whole)
		return lost(result, status, err);
	*result = shared->result;
	*err = shared->err;
	return shared->rc;
}
