/*
 * judge.c - takes each fact to the rules that it concerns, then into account.
 *
 *     fact ─► judge() of the rules whose rows name its label ─► gx_rules_note()
 *     GX_F_QUIET ─► ... ─► judge_end() of all rules, workspace by workspace ─► what they looked at is forgotten
 *
 *     struct gx_rules, its requests │ workspaces, at the end │ memory of the first rule that has some │ of the next │ ...
 */
#include "rules/judge.h"

#include <string.h>

#include "core/mark.h"
#include "facts/objects.h"
#include "rules/internal.h"

/* Which rules a fact concerns, by label. Follows from the rows alone, so it is no state: made again by each set-up, always the same. */
static gx_rule_set concerned[GX_LABELS_END];

static void list_concerned(void)
{
	memset(concerned, 0, sizeof(concerned));
	for (unsigned rule = 0; rule < GX_RULE_COUNT; rule++) {
		const struct gx_rule_row *row = gx_rule_row((enum gx_rule)rule);

		GX_ASSERT(row->judge || !row->facts[0]);
		for (unsigned i = 0; i < GX_RULE_FACTS_MAX && row->facts[i]; i++)
			concerned[row->facts[i]] |= gx_rule_bit((enum gx_rule)rule);
	}
}

void gx_rules_list_heard(bool heard[GX_LABELS_END])
{
	list_concerned();
	for (unsigned label = 0; label < GX_LABELS_END; label++)
		if (concerned[label] || (label >= GX_F_REQUEST && label < GX_F_END))
			heard[label] = true;
}

/* ---- memory ---- */

static size_t aligned(size_t size)
{
	return (size + 15) & ~(size_t)15;
}

/* Where the views of the end begin, in bytes from the beginning of struct gx_rules. */
static size_t place_of_ends(unsigned requests)
{
	return aligned(sizeof(struct gx_rules) + (requests + 1) * sizeof(struct gx_request_seen));
}

/* Where the memory of a rule begins; of GX_RULE_COUNT: where all of it ends. */
static size_t place_of(unsigned rule, unsigned workspaces, unsigned requests)
{
	size_t place = place_of_ends(requests) + aligned(workspaces * sizeof(struct gx_workspace_end));

	for (unsigned i = 0; i < rule; i++)
		place += aligned(gx_rule_row((enum gx_rule)i)->memory);
	GX_ASSERT(place <= UINT16_MAX);
	return place;
}

size_t gx_rules_size(unsigned workspaces, unsigned requests)
{
	return place_of(GX_RULE_COUNT, workspaces, requests);
}

void gx_rules_init(struct gx_rules *rules, unsigned workspaces, unsigned requests, gx_finding_fn *found, void *context)
{
	list_concerned();
	for (unsigned rule = 0; rule < GX_RULE_COUNT; rule++)
		rules->place[rule] = (uint16_t)place_of(rule, workspaces, requests);
	rules->found = found;
	rules->context = context;
	rules->workspaces = workspaces;
	rules->requests = requests;
	rules->ends = (uint16_t)place_of_ends(requests);
}

/* ---- facts ---- */

static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	for (gx_rule_set left = concerned[event->label]; left; left &= left - 1)
		gx_rule_row((enum gx_rule)__builtin_ctzll(left))->judge(rules, event);
}

static void judge_end(struct gx_rules *rules, const struct gx_event *quiet)
{
	for (unsigned i = 0; i < rules->workspaces; i++)
		for (unsigned rule = 0; rule < GX_RULE_COUNT; rule++) {
			const struct gx_rule_row *row = gx_rule_row((enum gx_rule)rule);

			if (row->judge_end)
				row->judge_end(rules, quiet, i);
		}
}

/* What follows are probes, for which only a cycle or a provision that is still open counts. */
static void forget_past(struct gx_rules *rules)
{
	size_t end = gx_rules_size(rules->workspaces, rules->requests);

	gx_rules_forget_past(rules);
	memset((char *)rules + rules->place[0], 0, end - rules->place[0]);
}

/* Facts that no rule remembers and none judges by what it remembers. */
static bool is_by_the_way(unsigned label)
{
	return label == GX_F_ROW_STATUS || label == GX_F_SECRET_READ || label == GX_F_NOTE;
}

void gx_rules_observe(struct gx_rules *rules, const struct gx_event *event)
{
	if (event->kind != GX_EVENT_FACT)
		return;
	judge(rules, event);
	if (event->label < GX_F_REQUEST || event->label >= GX_F_END)
		return;
	if (!is_by_the_way(event->label))
		gx_touch(gx_object(GX_OBJECT_RULES, (uint32_t)event->object), GX_READ | GX_WRITE);
	if (event->label != GX_F_QUIET) {
		gx_rules_note(rules, event);
		return;
	}
	if (event->value & GX_ONLY_BLOCKED)
		GX_MARK("an end at which only waiters are judged");
	if (!(event->value & GX_ONLY_BLOCKED)) {
		judge_end(rules, event);
		forget_past(rules);
	}
	gx_rules_forget_end(rules);
}
