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
#include "core/host.h"
#include "core/lost.h"
#include "core/sanitizer.h"
#include "core/symbol.h"
#include "core/world.h"
#include "hosts/seal.h"
#include "hosts/tsan.h"
#include "story/keep.h"

/* Shared memory: the last record, and behind it what is kept. Address space; pages come as they are used. */
enum { SHARED_BYTES = 1 << 30 };

struct record {
	size_t used;
	bool whole;     /* the worker has come to its end */
	uint64_t pulse; /* gx_lost_pulse */
	struct gx_lost lost;
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
	gx_lost_pulse = &shared->pulse;
	gx_crash_is_watched = job->result->from_file;
	if (shared->lost.at)
		gx_lost = &shared->lost;
	rc = gx_crash_install(&shared->err);
	if (rc == GX_OK && gx_seal_is_available()) {
		gx_symbol_close();
		rc = gx_seal(&shared->err);
	}
	/* Where that is forbidden it is done without, as in the other program. */
	if (rc == GX_OK && GX_HOST_TSAN)
		(void)!gx_seal_from_others(gx_tsan_has_options, &shared->err);
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

/* True: it had to be ended. */
static bool feel(struct pulse *pulse, pid_t worker)
{
	uint64_t now = *(volatile uint64_t *)&shared->pulse;
	double used = cpu_seconds_of(worker);

	if (now != pulse->seen)
		*pulse = (struct pulse){.seen = now, .since = used};
	return used - pulse->since > DEAD_SECONDS && !kill(worker, SIGKILL);
}

/* Who is asked to stop asks the worker, too: a signal may be meant for this process alone. It does not end a wait. */
static int await(pid_t worker, bool *ended_by_us)
{
	struct timespec tick = {.tv_nsec = 20000};
	struct pulse pulse = {0};
	bool asked = false;
	int status = 0;

	*ended_by_us = false;
	while (!waitpid(worker, &status, WNOHANG)) {
		if (gx_interrupted && !asked)
			kill(worker, SIGINT);
		asked |= gx_interrupted != 0;
		*ended_by_us |= feel(&pulse, worker);
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

/* Behind what earlier runs keep, what the last worker has left is zero again: take(). */
static void clear_shared(size_t kept, const struct gx_lost *known, const struct gx_result_run *result)
{
	size_t used = shared->used < SHARED_BYTES ? shared->used : SHARED_BYTES;

	if (used > kept)
		memset((char *)shared + kept, 0, used - kept);
	*shared = (struct record){.used = kept, .lost = *known, .result = *result};
}

/* What is known of the workers that are gone. */
struct losses {
	struct gx_lost known;
	uint64_t first;    /* step that was the last of one */
	uint64_t furthest; /* step that one of them came to */
	unsigned back;     /* so many before it the step that is left out */
	unsigned count;
};

enum { LOSSES_MAX = 100, BACK_MAX = 64 };

/* What the worker has written down may be anything. */
static bool learn(struct losses *losses, uint64_t reached)
{
	unsigned count = shared->lost.count;

	if (count < losses->known.count || count > GX_LOST_MAX)
		return false;
	memcpy(losses->known.known, shared->lost.known, sizeof(losses->known.known));
	losses->known.count = count;
	losses->furthest = reached;
	losses->back = 0;
	return true;
}

/*
 * What a worker has done itself, or what made us end it, a gate of somebody's own may have brought about. A signal from elsewhere, such as the
 * kernel's where memory runs short, says nothing of the gate.
 */
static bool may_be_the_gates(const struct gx_result_run *result, int status, bool ended_by_us)
{
	static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
	bool is_own = !WIFSIGNALED(status) || ended_by_us;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		is_own |= WIFSIGNALED(status) && WTERMSIG(status) == own[i];
	return result->from_file && is_own;
}

/*
 * The worker is gone: the next one leaves out the step that was the last. If that has not brought it any further, the step was not to blame: what
 * is left out instead is one before it. If nothing helps, the next one ends where the first did, or as far before it as it has to.
 */
static bool leaves_out(struct losses *losses)
{
	uint64_t reached = shared->pulse;
	bool helps = losses->count++ < LOSSES_MAX;

	if (!reached)
		return false;
	if (losses->known.is_enough) {
		losses->known = (struct gx_lost){.at = losses->first - ++losses->back, .is_enough = true};
		return losses->back <= BACK_MAX && losses->back < losses->first;
	}
	if (!losses->first)
		losses->first = reached;
	if (reached > losses->furthest)
		helps &= learn(losses, reached);
	else
		helps &= ++losses->back <= BACK_MAX && losses->back < losses->furthest;
	if (helps)
		losses->known.at = losses->furthest - losses->back;
	else
		losses->known = (struct gx_lost){.at = losses->first, .is_enough = true};
	losses->back = helps ? losses->back : 0;
	return true;
}

static pid_t start(const struct job *job, size_t kept, const struct gx_lost *known)
{
	pid_t worker;

	clear_shared(kept, known, job->result);
	worker = fork();
	if (!worker)
		be_worker(job);
	return worker;
}

enum gx_status gx_worker_run(enum gx_status (*work)(void *context, struct gx_error *err), void *context,
			     struct gx_result_run *result, struct gx_error *err)
{
	const struct job job = {.work = work, .context = context, .result = result};
	struct losses losses = {.furthest = 0};
	bool ended_by_us;
	size_t kept;
	int status;

	/* What is mapped at one address is mapped before the seal. */
	if (gx_world_open(err) != GX_OK || !map_shared())
		return work(context, err);
	fflush(NULL);
	gx_symbol_prepare((const void *)(uintptr_t)gx_worker_run);
	(void)gx_seal_is_available();
	kept = shared->used;
	do {
		pid_t worker = start(&job, kept, &losses.known);

		if (worker < 0)
			return work(context, err);
		status = await(worker, &ended_by_us);
		if (gx_seal_is_our_exit(status) && shared->whole) {
			*result = shared->result;
			*err = shared->err;
			return shared->rc;
		}
	} while (!gx_interrupted && may_be_the_gates(result, status, ended_by_us) && leaves_out(&losses));
	return lost(result, status, err);
}
