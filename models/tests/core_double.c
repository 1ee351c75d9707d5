#include "core_double.h"

#include <setjmp.h>
#include <string.h>

#include "core/status.h"

#define SCRIPTS_MAX 16u
#define PATHS_MAX   64u

struct gx_op gx_double_ops[GX_DOUBLE_MAX];
size_t gx_double_op_count;
struct gx_event gx_double_facts[GX_DOUBLE_MAX];
size_t gx_double_fact_count;

static struct {
	unsigned label; /* 0: free */
	gx_double_fn *fn;
	void *arg;
} scripts[SCRIPTS_MAX];

/* Where a run that may be abandoned returns to; they nest. */
struct exit {
	jmp_buf back;
	unsigned label; /* leave at this label; 0: leave where an op is not ready */
	struct exit *outer;
};

static struct exit *innermost;
static struct gx_task self;
__thread struct gx_task *gx_current __attribute__((tls_model("initial-exec"))) = &self;
static uint32_t serials[PATHS_MAX];
static const char *label_names[GX_LABELS_END];

void gx_double_reset(void)
{
	memset(scripts, 0, sizeof(scripts));
	memset(serials, 0, sizeof(serials));
	gx_double_op_count = 0;
	gx_double_fact_count = 0;
	innermost = NULL;
	self = (struct gx_task){.path = 1, .state = GX_TASK_RUNNING};
}

void gx_double_be(uint32_t path)
{
	GX_ASSERT(path < PATHS_MAX);
	self.path = path;
}

void gx_double_at(unsigned label, gx_double_fn *fn, void *arg)
{
	for (unsigned i = 0; i < SCRIPTS_MAX; i++) {
		if (scripts[i].label)
			continue;
		scripts[i].label = label;
		scripts[i].fn = fn;
		scripts[i].arg = arg;
		return;
	}
	GX_BUG("more scripts than the double has room for");
}

static void leave(struct exit *exit)
{
	innermost = exit->outer;
	longjmp(exit->back, 1);
}

/* setjmp() must be called in a frame that is still there when we jump: so the two callers share this function. */
static bool run(unsigned label, gx_double_fn *fn, void *arg)
{
	struct exit here = {.label = label, .outer = innermost};
	uint32_t path = self.path;

	if (setjmp(here.back)) {
		self.path = path;
		return true;
	}
	innermost = &here;
	fn(arg);
	innermost = here.outer;
	return false;
}

bool gx_double_leave_at(unsigned label, gx_double_fn *fn, void *arg)
{
	GX_ASSERT(label);
	return run(label, fn, arg);
}

bool gx_double_blocks(gx_double_fn *fn, void *arg)
{
	return run(0, fn, arg);
}

static void run_scripts(unsigned label)
{
	for (unsigned i = 0; i < SCRIPTS_MAX; i++) {
		if (scripts[i].label != label)
			continue;
		scripts[i].label = 0;
		scripts[i].fn(scripts[i].arg);
		return;
	}
}

enum gx_granted gx_point(const struct gx_op *op)
{
	struct gx_task parked = {.op = *op, .path = self.path, .state = GX_TASK_PARKED};
	uint32_t path = self.path;

	GX_ASSERT(gx_double_op_count < GX_DOUBLE_MAX);
	gx_double_ops[gx_double_op_count++] = *op;
	if (innermost && innermost->label == op->label)
		leave(innermost);
	run_scripts(op->label);
	self.path = path;
	if (op->ready && !op->ready(&parked)) {
		if (innermost && !innermost->label)
			leave(innermost);
		GX_BUG("a request waits and the test did not expect it");
	}
	return GX_GRANTED_READY;
}

void gx_point_simple(uint16_t label, uint8_t access, uint64_t object)
{
	gx_point(&(struct gx_op){.label = label, .access = access, .object = object, .deadline = GX_FOREVER});
}

void gx_sleep(uint16_t label, uint64_t ns)
{
	(void)ns;
	gx_point_simple(label, GX_READ, 0);
}

void gx_scrub_stack(void)
{
}

uint64_t gx_now(void)
{
	return 0;
}

uint64_t gx_task_serial(void)
{
	return (uint64_t)self.path << 12 | ++serials[self.path];
}

void gx_emit_extra(unsigned label, uint16_t extra, uint64_t object, uint64_t value)
{
	GX_ASSERT(gx_double_fact_count < GX_DOUBLE_MAX);
	gx_double_facts[gx_double_fact_count++] = (struct gx_event){.task = (uint16_t)self.path,
								    .label = (uint16_t)label,
								    .kind = GX_EVENT_FACT,
								    .extra = extra,
								    .object = object,
								    .value = value};
}

void gx_emit(unsigned label, uint64_t object, uint64_t value)
{
	gx_emit_extra(label, 0, object, value);
}

void gx_labels_register(unsigned first, const char *const *names, unsigned count)
{
	GX_ASSERT(first + count <= GX_LABELS_END);
	for (unsigned i = 0; i < count; i++)
		label_names[first + i] = names[i];
}

const char *gx_label_name(unsigned label)
{
	return label < GX_LABELS_END && label_names[label] ? label_names[label] : "?";
}

unsigned gx_label_find(const char *name)
{
	for (unsigned i = 1; i < GX_LABELS_END; i++)
		if (label_names[i] && strcmp(label_names[i], name) == 0)
			return i;
	return 0;
}
