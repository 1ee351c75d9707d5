/*
 * rules.c - the names of the rules, and what breaks them in a sentence.
 */
#include <string.h>

#include "rules/judge.h"

static const struct {
	const char *name;
	const char *summary;
} rules[GX_RULE_COUNT] = {
	[GX_RULE_NAME_CONFLICT] = {"name-conflict",
				   "the create of a provision is answered 409: the container name is in use"},
	[GX_RULE_DOUBLE_TOKEN_WRITE] =
		{"double-token-write",
		 "two provisions of one workspace replace the bearer at the same time, or two stay live"},
	[GX_RULE_DEADLOCK] = {"deadlock", "somebody waits for what nobody will do any more"},
	[GX_RULE_OVERLAPPING_CYCLES] = {"overlapping-cycles",
					"a leg begins while another request's cycle of the same workspace is open"},
	[GX_RULE_STALE_BEARER] = {"stale-bearer",
				  "live token, volume and running container disagree at the end, or a client got 401"},
	[GX_RULE_WEDGED] = {"wedged", "a restart was acknowledged, yet the workspace ends failed or provisioning"},
	[GX_RULE_STATUS_MISMATCH] = {"status-mismatch", "the row contradicts what runs when everything is at rest"},
	[GX_RULE_VICTIM_KILLED] = {"victim-killed", "somebody removes a container whose provision has not ended"},
	[GX_RULE_ORPHAN_CONTAINER] = {"orphan-container", "a container exists that no row accounts for"},
	[GX_RULE_GATE_LEAKED] = {"gate-leaked", "a later restart does not get through the gate any more"},
	[GX_RULE_ISOLATION] = {"isolation", "a request waits for another workspace's cycle"},
	[GX_RULE_LOST_RESTART] = {"lost-restart", "an acknowledged restart, or secret, that no provision picked up"},
	[GX_RULE_UNTRACKED_TASK] = {"untracked-task", "a task still runs after the shutdown drain has returned"},
	[GX_RULE_MISUSE] = {"misuse", "the gate breaks its contract or a rule of POSIX"},
	[GX_RULE_CRASH] = {"crash", "the gate crashes, aborts or overflows its stack"},
	[GX_RULE_HANG] = {"hang", "the gate computes, or waits in the kernel, for seconds without reaching a point"},
	[GX_RULE_STEP_LIMIT] =
		{"step-limit",
		 "an execution does not come to rest within the scenario's limits, or outgrows its memory"},
};

const char *gx_rule_name(enum gx_rule rule)
{
	return (unsigned)rule < GX_RULE_COUNT ? rules[rule].name : "?";
}

const char *gx_rule_summary(enum gx_rule rule)
{
	return (unsigned)rule < GX_RULE_COUNT ? rules[rule].summary : "?";
}

enum gx_rule gx_rule_find(const char *name)
{
	unsigned i = 0;

	while (i < GX_RULE_COUNT && strcmp(rules[i].name, name))
		i++;
	return (enum gx_rule)i;
}
