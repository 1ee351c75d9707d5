/*
 * program.c - deadlock, misuse, crash, hang and step-limit: what a program does to itself.
 */
#include "core/task.h"
#include "rules/internal.h"

static bool rule_of(const struct gx_event *event, enum gx_rule *rule)
{
	switch (event->label) {
	case GX_F_MISUSE:
		*rule = GX_RULE_MISUSE;
		return true;
	case GX_F_WAIT_CYCLE:
		*rule = GX_RULE_DEADLOCK;
		return true;
	case GX_L_TASK_CRASH:
		*rule = GX_RULE_CRASH;
		return true;
	case GX_L_TASK_HANG:
		*rule = GX_RULE_HANG;
		return true;
	case GX_L_STEP_LIMIT:
	case GX_L_WORLD_FULL:
		*rule = GX_RULE_STEP_LIMIT;
		return true;
	default:
		return false;
	}
}

void gx_judge_program(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding;
	enum gx_rule rule;

	if (!rule_of(event, &rule))
		return;
	finding = gx_found_by(event, rule);
	if (rule == GX_RULE_MISUSE)
		finding.detail = (uint16_t)event->value;
	if (rule == GX_RULE_DEADLOCK)
		finding.detail = GX_DEADLOCK_CIRCLE;
	if (event->label < GX_LABELS_DOCKER) { /* core's facts name tasks and bytes; to crashes trial.c adds whose */
		bool crash = event->label == GX_L_TASK_CRASH || event->label == GX_L_TASK_HANG;

		if (!crash)
			finding.workspace = GX_NO_WORKSPACE;
		finding.requests[0] = crash ? (uint8_t)(event->extra >> 8) : 0;
		finding.detail = crash ? event->extra & 0xff : 0; /* 1: the stack overflowed */
		if (event->label == GX_L_WORLD_FULL)
			finding.detail = GX_LIMIT_OF_WORLD;
		if (event->label == GX_L_STEP_LIMIT && event->extra == GX_LIMIT_TIME)
			finding.detail = GX_LIMIT_OF_TIME;
	}
	gx_report_finding(rules, &finding);
}

static void report_blocked(struct gx_rules *rules, struct gx_finding *finding, const struct gx_blocked *blocked)
{
	finding->requests[0] = blocked->requests[0];
	finding->requests[1] = blocked->requests[1];
	finding->task = blocked->task;
	finding->detail = blocked->count;
	gx_report_finding(rules, finding);
}

/* Waiters that run no request's handle() are most often part of what blocks those that do: alone they are a finding. */
void gx_judge_blocked(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_DEADLOCK);
	bool named = false;

	finding.value = 0;
	for (unsigned i = 0; i < rules->workspaces; i++) {
		if (!rules->workspace[i].blocked.count)
			continue;
		named = true;
		finding.workspace = (uint8_t)i;
		report_blocked(rules, &finding, &rules->workspace[i].blocked);
	}
	if (named || !rules->blocked_elsewhere.count)
		return;
	finding.workspace = GX_NO_WORKSPACE;
	report_blocked(rules, &finding, &rules->blocked_elsewhere);
}
