#include "access/labels.h"
#include "rules/internal.h"

/* Memory has no workspace. The finding's detail is GX_MEMORY_ERROR_EXTRA(), its value the object. */
static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_in_task(event, GX_RULE_MEMORY_ERROR);

	finding.workspace = GX_NO_WORKSPACE;
	finding.value = event->object;
	gx_report_finding(rules, &finding);
}

static const char *what(enum gx_memory_error error)
{
	switch (error) {
	case GX_MEMORY_FREED:
		return "where no block is";
	case GX_MEMORY_BEYOND:
		return "beyond the end of a block";
	case GX_MEMORY_BEFORE:
		return "before the begin of a block";
	case GX_MEMORY_LEFT:
		return "in a frame that has been left";
	case GX_MEMORY_HARNESS:
		return "requests, and what the harness and libc keep, are not the gate's";
	}
	return "which is not its own";
}

static void tell(const struct gx_telling *t)
{
	struct gx_message_memory memory = {.name = "memory", .earlier = "", .later = ""};
	unsigned detail = t->finding->detail;

	if (t->names->memory)
		t->names->memory(t->names->context, t->finding->value, t->finding->step, &memory);
	gx_tell(t, "%s %s %s%s: %s%s", gx_told_task(t), GX_MEMORY_ERROR_WRITES(detail) ? "writes" : "reads",
		memory.name, memory.later, what(GX_MEMORY_ERROR_OF(detail)), memory.earlier);
}

static const char *advise(const struct gx_finding *finding, const struct gx_circumstances *circumstances GX_UNUSED)
{
	switch (GX_MEMORY_ERROR_OF(finding->detail)) {
	case GX_MEMORY_FREED:
		return "let it live until its last user is done: count them, or keep it as long as the gate";
	case GX_MEMORY_BEYOND:
	case GX_MEMORY_BEFORE:
		return "ask for as many bytes as are used, the 0 at the end of a string included";
	case GX_MEMORY_LEFT:
		return "what others use may not lie on the stack of a function that returns before they are done";
	case GX_MEMORY_HARNESS:
		return "requests are read only; keep what the gate notes of one in memory of its own";
	}
	return NULL;
}

const struct gx_rule_row gx_rule_memory_error = {
	.name = "memory-error",
	.summary = "the gate accesses memory that is free, beyond a block, left, or the harness's",
	.facts = {GX_L_MEMORY_ERROR},
	.judge = judge,
	.tell = tell,
	.advise = advise,
	.topics = GX_TOPIC_LOCKS,
};
