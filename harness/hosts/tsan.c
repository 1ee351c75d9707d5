#include "hosts/tsan.h"

#include "core/host.h"

#if GX_HOST_TSAN

#include <fcntl.h>
#include <sanitizer/tsan_interface.h>
#include <stdint.h>
#include <string.h>

#include "access/labels.h"
#include "access/races.h"
#include "access/tsan.h"
#include "core/event.h"
#include "core/order.h"
#include "core/task.h"
#include "core/world.h"

/* Of clang's compiler-rt, lib/tsan/rtl/tsan_interface.h: no installed header has them. */
int __tsan_get_report_data(void *report, const char **description, int *count, int *stack_count, int *mop_count,
			   int *loc_count, int *mutex_count, int *thread_count, int *unique_tid_count,
			   void **sleep_trace, unsigned long trace_size);
int __tsan_get_report_mop(void *report, unsigned long idx, int *tid, void **addr, int *size, int *write, int *atomic,
			  void **trace, unsigned long trace_size);
int __tsan_get_report_thread(void *report, unsigned long idx, int *tid, uint64_t *os_id, int *running,
			     const char **name, int *parent_tid, void **trace, unsigned long trace_size);
void __tsan_on_report(void *report);
const char *__tsan_default_options(void);
void __sanitizer_set_report_fd(void *fd);

/*
 * The model's own accesses are not watched, libc's interceptors among them: nothing of the harness is instrumented. Each execution's races count,
 * so none is left out because its like was reported before. Signals are ours (core/crash.c).
 */
#define OPTIONS                                                                                          \
	"ignore_interceptors_accesses=1:ignore_noninstrumented_modules=0:suppress_equal_stacks=0:"       \
	"suppress_equal_addresses=0:report_thread_leaks=0:report_signal_unsafe=0:report_mutex_bugs=0:"   \
	"report_atomic_races=1:exitcode=0:handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:" \
	"handle_sigill=0:atexit_sleep_ms=0:die_after_fork=0:history_size=3"

/* Its own text is nobody's unless somebody says how he wants it: then it can take its time over names and lines. */
const char *__tsan_default_options(void)
{
	return gx_tsan_has_options ? OPTIONS : OPTIONS ":symbolize=0";
}

void __real___tsan_func_exit(void); /* that of the runtime: tsan_accesses.c */
void __tsan_flush_memory(void);
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreSyncBegin(const char *file, int line);

/* ---- fibers ---- */

struct fiber {
	void *fiber;    /* NULL: not made yet */
	bool ran;       /* in this execution */
	bool is_new;    /* the task that it is has not begun */
	char birth;     /* its address: what its maker has done before */
	unsigned depth; /* functions that it has called and not left */
};
static struct fiber fibers[GX_TASKS_MAX];
static struct fiber scheduler;
/* What is undone again (core/alone.h) nobody does: of this fiber neither accesses nor order count. */
static struct fiber nobody;
static struct fiber *current = &scheduler;
static bool watched;
static char before; /* its address: all that was done in executions before */

bool gx_tsan_calls(int by)
{
	/* Who leaves a function as nobody has called it as itself: the runtime does not look whether there is one to be left. */
	if (current == &nobody)
		return false;
	current->depth += (unsigned)by;
	return true;
}

static void be(struct fiber *fiber)
{
	current = fiber;
	__tsan_switch_to_fiber(fiber->fiber, __tsan_switch_to_fiber_no_sync);
}

/* The functions that a task which was given up has called. The runtime has room for some ten thousand in all. */
static void leave_all(struct fiber *fiber)
{
	if (!fiber->depth)
		return;
	be(fiber);
	for (; fiber->depth; fiber->depth--)
		__real___tsan_func_exit();
	be(&scheduler);
}

static void make(unsigned index)
{
	char name[8];

	fibers[index].fiber = __tsan_create_fiber(0);
	name[0] = (char)('0' + index / 10);
	name[1] = (char)('0' + index % 10);
	name[2] = 0;
	__tsan_set_fiber_name(fibers[index].fiber, name);
}

static void switch_to_nobody(void)
{
	bool is_new = !nobody.fiber;

	if (is_new)
		nobody.fiber = __tsan_create_fiber(0);
	be(&nobody);
	if (is_new) {
		AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
		AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
		AnnotateIgnoreSyncBegin(__FILE__, __LINE__);
	}
}

void gx_host_switch(const struct gx_task *to)
{
	struct fiber *fiber = to ? &fibers[to->index] : NULL;

	if (!watched)
		return;
	if (fiber && gx_order.muted) {
		switch_to_nobody();
		return;
	}
	if (!fiber) {
		be(&scheduler);
		return;
	}
	if (!fiber->fiber)
		make(to->index);
	be(fiber);
	if (!fiber->ran) {
		fiber->ran = true;
		__tsan_acquire(&before);
	}
	if (fiber->is_new) {
		fiber->is_new = false;
		__tsan_acquire(&fiber->birth);
	}
}

/* lib/tsan/rtl/tsan_interface.h of compiler-rt, which no header declares. */
#define DECLARED(bytes)                                     \
	void __tsan_read##bytes##_pc(void *at, void *code); \
	void __tsan_write##bytes##_pc(void *at, void *code);
DECLARED(1)
DECLARED(2)
DECLARED(4)
DECLARED(8)

/* A piece that lies in one of the runtime's words of eight bytes. */
static void tell_piece(void *at, size_t size, bool writes, void *code)
{
	switch (size) {
	case 1:
		writes ? __tsan_write1_pc(at, code) : __tsan_read1_pc(at, code);
		break;
	case 2:
		writes ? __tsan_write2_pc(at, code) : __tsan_read2_pc(at, code);
		break;
	case 4:
		writes ? __tsan_write4_pc(at, code) : __tsan_read4_pc(at, code);
		break;
	default:
		writes ? __tsan_write8_pc(at, code) : __tsan_read8_pc(at, code);
	}
}

/*
 * Of a word of which it has reported a race the runtime does not look at reads any more (DoReportRace() stores Shadow::kRodata): to see one in
 * another execution, the same schedule again among them, it has to forget all that was. An execution in which everything races is not followed
 * to its end: a report takes the runtime a millisecond.
 */
enum { REPORTS_MAX = 64 };
static unsigned reports; /* in this execution */

/* Piece by piece, each aligned: of ranges, __tsan_read_range_pc(), the runtime of clang 14 was seen to report hardly any race. */
void gx_host_access(const void *at, size_t size, bool writes, const void *code)
{
	uintptr_t from = (uintptr_t)at;

	if (!watched || !gx_task_self())
		return;
	while (size && reports < REPORTS_MAX) {
		size_t piece = 8;

		while (from % piece || piece > size)
			piece /= 2;
		tell_piece((void *)from, piece, writes, (void *)(uintptr_t)code);
		from += piece;
		size -= piece;
	}
}

/* ---- order ---- */

/* A place in memory for each object of the model: the runtime knows order by addresses. */
enum { OBJECTS = 1 << 16 };
static uint64_t objects[OBJECTS];
static unsigned object_count;

static void *place_of(uint64_t object)
{
	unsigned i = (unsigned)(object * 0x9e3779b97f4a7c15ull >> 48);

	while (objects[i] && objects[i] != object)
		i = (i + 1) % OBJECTS;
	if (!objects[i])
		GX_ASSERT(++object_count < OBJECTS);
	objects[i] = object;
	return &objects[i];
}

static void on_release(uint64_t object)
{
	if (object && gx_task_self())
		__tsan_release(place_of(object));
}

static void on_acquire(uint64_t object)
{
	if (object && gx_task_self())
		__tsan_acquire(place_of(object));
}

/* Each of those that have run, as itself. */
static void each_releases(void *at)
{
	struct fiber *self = current;

	for (unsigned i = 0; i < GX_TASKS_MAX; i++) {
		if (!fibers[i].ran)
			continue;
		be(&fibers[i]);
		__tsan_release(at);
	}
	be(self);
}

/* A callback makes it when everything has come to rest: behind all. */
static void on_made(const struct gx_task *maker, const struct gx_task *task)
{
	struct fiber *fiber = &fibers[task->index];

	if (maker)
		__tsan_release(&fiber->birth);
	else
		each_releases(&fiber->birth);
	fiber->is_new = true;
}

static void on_fresh(const void *block, size_t size)
{
	(void)block;
	(void)size;
}

static void on_begin(void)
{
	each_releases(&before);
	for (unsigned i = 0; i < GX_TASKS_MAX; i++) {
		leave_all(&fibers[i]);
		fibers[i].ran = false;
		fibers[i].is_new = false;
	}
	__tsan_acquire(&before);
	__tsan_release(&before);
	if (reports)
		__tsan_flush_memory();
	reports = 0;
}

void gx_tsan_watch(bool on)
{
	static const struct gx_order_follower follower = {.begin = on_begin,
							  .release = on_release,
							  .acquire = on_acquire,
							  .fresh = on_fresh,
							  .made = on_made};

	if (!scheduler.fiber) {
		scheduler.fiber = __tsan_get_current_fiber();
		if (!gx_tsan_has_options)
			__sanitizer_set_report_fd((void *)(intptr_t)open("/dev/null", O_WRONLY | O_CLOEXEC));
	}
	watched = on;
	gx_order_follow(on ? &follower : NULL);
}

/* ---- reports ---- */

struct access {
	int tid;
	void *at;
	int size;
	int writes;
	int atomic;
	void *trace[GX_WHERE_DEEP + 2];
};

static bool take_access(void *report, unsigned long nth, struct access *access)
{
	return __tsan_get_report_mop(report, nth, &access->tid, &access->at, &access->size, &access->writes,
				     &access->atomic, access->trace,
				     sizeof(access->trace) / sizeof(access->trace[0])) == 1;
}

/* By the name of its fiber. */
static unsigned task_of(void *report, int tid)
{
	for (unsigned long i = 0; i < 2; i++) {
		void *trace[1];
		const char *name = NULL;
		uint64_t os_id;
		int found = -1;
		int running;
		int parent;

		if (__tsan_get_report_thread(report, i, &found, &os_id, &running, &name, &parent, trace, 1) == 1 &&
		    found == tid && name && name[0] >= '0' && name[0] <= '9')
			return (unsigned)(name[0] - '0') * 10 + (unsigned)(name[1] - '0');
	}
	return GX_CLOCK;
}

static struct gx_where calls_of(const struct access *access)
{
	struct gx_where where = {.count = 0};

	for (unsigned i = 0; i < GX_WHERE_DEEP && access->trace[i]; i++)
		if (gx_world_code(access->trace[i])) /* whoever calls the gate is none of it */
			where.pc[where.count++] = (const char *)access->trace[i] - 1;
	return where;
}

void __tsan_on_report(void *report)
{
	struct access later = {.trace = {NULL}};
	struct access earlier = {.trace = {NULL}};
	unsigned other;

	reports++;
	if (!gx_task_self() || gx_order.muted)
		return;
	if (!take_access(report, 0, &later) || !take_access(report, 1, &earlier))
		return;
	/* Libraries' thread-locals are one for all tasks, which are one thread to them: their affair, and each step leaves them as it found them. */
	if (!gx_world_contains(later.at))
		return;
	other = task_of(report, earlier.tid);
	gx_races_tell((uintptr_t)later.at, (size_t)(later.size > 0 ? later.size : 1),
		      GX_RACE_EXTRA(other & 0x3f, earlier.writes != 0, later.writes != 0),
		      (struct gx_race_places){.earlier = earlier.trace[0],
					      .later = later.trace[0],
					      .earlier_calls = calls_of(&earlier),
					      .later_calls = calls_of(&later)});
}

#endif
