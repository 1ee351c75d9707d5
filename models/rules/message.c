/*
 * message.c - a finding in one sentence. Nothing here runs while exploring.
 */
#include <stdio.h>
#include <string.h>

#include "core/task.h"
#include "core/world.h"
#include "rules/internal.h"

struct words {
	const struct gx_finding *finding;
	const struct gx_message_names *names;
	char *text;
	size_t size;
};

static const char *workspace(const struct words *w)
{
	unsigned index = w->finding->workspace;

	return index < w->names->workspace_count ? w->names->workspaces[index] : "the service";
}

static const char *request(const struct words *w, unsigned which)
{
	unsigned id = w->finding->requests[which];

	return id ? w->names->request(w->names->context, id) : "somebody else";
}

static const char *task(const struct words *w)
{
	return w->names->task(w->names->context, w->finding->task);
}

#define SAY(...) ((void)snprintf(w->text, w->size, __VA_ARGS__))

static void say_conflict(const struct words *w)
{
	switch (w->finding->detail) {
	case GX_HOLDER_BEING_REMOVED:
		SAY("%s creates %s's container and is answered 409: the old one still holds the name while %s removes it",
		    request(w, 0), workspace(w), request(w, 1));
		return;
	case GX_HOLDER_RESERVED:
		SAY("%s creates %s's container and is answered 409: the create of %s has taken the name and is not over",
		    request(w, 0), workspace(w), request(w, 1));
		return;
	case GX_HOLDER_MADE:
		SAY("%s creates %s's container and is answered 409: %s holds the name, its own container made but not yet started",
		    request(w, 0), workspace(w), request(w, 1));
		return;
	case GX_HOLDER_STARTED:
		SAY("%s creates %s's container and is answered 409: %s holds the name, its own container started, its provision not over",
		    request(w, 0), workspace(w), request(w, 1));
		return;
	case GX_HOLDER_LEFT:
		SAY("%s creates %s's container and is answered 409: %s holds the name, its own container left standing, its provision over",
		    request(w, 0), workspace(w), request(w, 1));
		return;
	default:
		SAY("%s creates %s's container and is answered 409: the container that was there before holds the name",
		    request(w, 0), workspace(w));
	}
}

static void say_tokens(const struct words *w)
{
	if (w->finding->detail == GX_TOKENS_TWO_LIVE)
		SAY("%llu live bearers of %s are left at the end, each minted by a provision",
		    (unsigned long long)w->finding->value, workspace(w));
	else
		SAY("%s replaces the bearer of %s while the provision of %s is still replacing it", request(w, 0),
		    workspace(w), request(w, 1));
}

static void say_stale(const struct words *w)
{
	uint64_t differ = w->finding->value;

	if (w->finding->detail == GX_STALE_CLIENT)
		SAY("%s was given a bearer of %s and is answered 401 with it", task(w), workspace(w));
	else if (differ >> 8 > 1)
		SAY("at rest %s has %u live bearers: there is one that the running container does not present%s",
		    workspace(w), (unsigned)(differ >> 8), differ & 2 ? ", and the volume's file is yet another" : "");
	else
		SAY("at rest the bearer of %s is not one and the same: %s%s%s", workspace(w),
		    differ & 1 ? "the volume's file is not the live token" : "the volume's file is the live token",
		    differ & 4 ? ", the running container presents another one than the live"
			       : ", the running container presents the live one",
		    differ & 4 ? " (401)" : "");
}

/* The request that waits, or the task of one that runs none. */
static const char *waiter(const struct words *w)
{
	return w->finding->requests[0] ? request(w, 0) : task(w);
}

static void say_deadlock(const struct words *w)
{
	unsigned count = w->finding->detail;
	char others[128] = "";
	char where[80] = "";

	if (count == 2 && w->finding->requests[1])
		(void)snprintf(others, sizeof(others), " and %s", request(w, 1));
	else if (count >= 2)
		(void)snprintf(others, sizeof(others), " and %u more", count - 1);
	if (w->finding->workspace < w->names->workspace_count)
		(void)snprintf(where, sizeof(where), " in the gate of %s", workspace(w));
	if (count == GX_DEADLOCK_CIRCLE && w->finding->value == 1)
		SAY("%s waits%s for a lock that it holds itself", waiter(w), where);
	else if (count == GX_DEADLOCK_CIRCLE)
		SAY("%s waits%s in a circle of tasks that wait for each other, while others go on", waiter(w), where);
	else
		SAY("%s%s %s%s for what nobody will do any more", waiter(w), others, count == 1 ? "waits" : "wait",
		    where);
}

static void say_overlap(const struct words *w)
{
	const char *leg = w->finding->detail & GX_STOP ? "stop" : "start";

	if (w->finding->detail & GX_OVERLAPS_PROVISION)
		SAY("%s begins its %s leg of %s while the ungated provision of %s is under way", request(w, 0), leg,
		    workspace(w), request(w, 1));
	else
		SAY("%s begins its %s leg of %s while the cycle of %s is open", request(w, 0), leg, workspace(w),
		    request(w, 1));
}

static void say_orphan(const struct words *w)
{
	unsigned count = w->finding->detail & 0xffu;

	if (w->finding->detail & GX_ORPHAN_BESIDE_ONE)
		SAY("%u containers of %s exist at rest, and its row accounts for one", count, workspace(w));
	else if (count == 1)
		SAY("a container of %s exists at rest that no row accounts for", workspace(w));
	else
		SAY("%u containers of %s exist at rest that no row accounts for", count, workspace(w));
}

static const char *row(const struct words *w)
{
	return gx_row_status_name((enum gx_row_status)w->finding->detail);
}

static void say_mismatch(const struct words *w)
{
	bool runs = w->finding->value & 0xff;

	if (w->finding->detail == GX_ROW_ONLINE && runs)
		SAY("at rest the row of %s says online, but its url is empty", workspace(w));
	else
		SAY("at rest the row of %s says %s, but %s", workspace(w), row(w),
		    runs ? "its container runs" : "no container runs");
}

static void say_leak(const struct words *w)
{
	static const char *const came[] = {
		[0] = "it is still blocked in the gate",
		[GX_RAN + 1] = "it was answered as if it had run",
		[GX_ACCEPTED + 1] = "it was accepted and nothing followed",
		[GX_COALESCED + 1] = "it was coalesced into a cycle that never came",
		[GX_DROPPED + 1] = "it was dropped",
		[GX_BUSY + 1] = "it was refused as busy",
	};
	unsigned how = w->finding->detail;

	SAY("a restart of %s an hour later does not reach its first leg: %s", workspace(w),
	    how < sizeof(came) / sizeof(came[0]) ? came[how] : "?");
}

static void say_lost(const struct words *w)
{
	if (w->finding->detail == GX_LOST_SECRET)
		SAY("a secret of %s was written and acknowledged, but the running container was made with an older version",
		    workspace(w));
	else
		SAY("%s was acknowledged, but no provision of %s began after it had reached the gate", request(w, 0),
		    workspace(w));
}

static void say_crash(const struct words *w)
{
	static const struct {
		int signal;
		const char *name;
	} signals[] = {{4, "an illegal instruction (SIGILL)"},
		       {5, "a trap (SIGTRAP)"},
		       {6, "an abort (SIGABRT)"},
		       {7, "a bus error (SIGBUS)"},
		       {8, "an arithmetic error (SIGFPE)"},
		       {11, "an invalid memory access (SIGSEGV)"}};
	const char *name = "a signal";

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if ((uint64_t)signals[i].signal == w->finding->value)
			name = signals[i].name;
	if (w->finding->detail == 1)
		SAY("%s overflows its stack", task(w));
	else if (!w->finding->value)
		SAY("%s tries to end the process (exit, pthread_exit)", task(w));
	else
		SAY("%s is ended by %s", task(w), name);
}

static void say_scenario_limit(const struct words *w)
{
	unsigned long long value = w->finding->value;

	if (w->finding->detail == GX_LIMIT_OF_TIME)
		SAY("the execution does not come to rest within %llu s of virtual time, the scenario's limit",
		    value / 1000000000);
	else
		SAY("the execution does not come to rest within %llu steps, the scenario's limit", value);
}

static void say_limit(const struct words *w)
{
	if (w->finding->detail == GX_LIMIT_OF_WORLD && w->finding->value)
		SAY("%s asks for %llu bytes more than fit into the %u KiB that a task's malloc() has", task(w),
		    (unsigned long long)w->finding->value, (unsigned)(GX_ARENA_BYTES >> 10));
	else if (w->finding->detail == GX_LIMIT_OF_WORLD)
		SAY("%s makes more tasks, or tasks with memory, than an execution can hold", task(w));
	else
		say_scenario_limit(w);
}

void gx_finding_message(const struct gx_finding *finding, const struct gx_message_names *names, char *text, size_t size)
{
	const struct words words = {.finding = finding, .names = names, .text = text, .size = size};
	const struct words *w = &words;

	switch ((enum gx_rule)finding->rule) {
	case GX_RULE_NAME_CONFLICT:
		say_conflict(w);
		return;
	case GX_RULE_DOUBLE_TOKEN_WRITE:
		say_tokens(w);
		return;
	case GX_RULE_DEADLOCK:
		say_deadlock(w);
		return;
	case GX_RULE_OVERLAPPING_CYCLES:
		say_overlap(w);
		return;
	case GX_RULE_STALE_BEARER:
		say_stale(w);
		return;
	case GX_RULE_WEDGED:
		SAY("a restart of %s was acknowledged, and everything has come to rest with its row saying %s",
		    workspace(w), row(w));
		return;
	case GX_RULE_STATUS_MISMATCH:
		say_mismatch(w);
		return;
	case GX_RULE_VICTIM_KILLED:
		SAY("%s removes the container of %s that %s has just made and is not done with", request(w, 0),
		    workspace(w), request(w, 1));
		return;
	case GX_RULE_ORPHAN_CONTAINER:
		say_orphan(w);
		return;
	case GX_RULE_GATE_LEAKED:
		say_leak(w);
		return;
	case GX_RULE_ISOLATION:
		SAY("%s waits in the gate of %s although no leg of it is under way: only other workspaces' are",
		    request(w, 0), workspace(w));
		return;
	case GX_RULE_LOST_RESTART:
		say_lost(w);
		return;
	case GX_RULE_UNTRACKED_TASK:
		SAY("%s still steps after the shutdown drain has returned and the database is closed", task(w));
		return;
	case GX_RULE_MISUSE:
		SAY("%s %s", task(w), gx_misuse_text((enum gx_misuse)finding->detail));
		return;
	case GX_RULE_CRASH:
		say_crash(w);
		return;
	case GX_RULE_HANG:
		SAY("%s computes, or waits in the kernel, for seconds without reaching a point", task(w));
		return;
	case GX_RULE_STEP_LIMIT:
		say_limit(w);
		return;
	case GX_RULE_COUNT:
		break;
	}
	SAY("?");
}
