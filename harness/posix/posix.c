/*
 * posix.c - labels, misuse, and what a parked task waits for.
 */
#include "posix/posix.h"

#include <stddef.h>
#include <string.h>

#include "posix/internal.h"

static const char *const labels[] = {
	"mutex.lock",   "mutex.trylock",  "mutex.unlock",  "cond.enter",    "cond.wait",
	"cond.signal",  "cond.broadcast", "sem.wait",      "sem.trywait",   "sem.post",
	"sem.getvalue", "thread.create",  "thread.join",   "thread.detach", "once",
	"yield",        "posix.misuse",   "posix.destroy", "posix.free",    "print",
};

_Static_assert(sizeof(labels) / sizeof(labels[0]) == GX_L_POSIX_END - GX_LABELS_POSIX, "every label has a name");

void gx_posix_register_labels(void)
{
	gx_labels_register(GX_LABELS_POSIX, labels, GX_L_POSIX_END - GX_LABELS_POSIX);
}

const char *gx_posix_misuse_text(unsigned misuse)
{
	static const char *const texts[GX_POSIX_MISUSE_END] = {
		[GX_POSIX_UNLOCK_NOT_OWNER] = "unlocks a mutex that another task holds",
		[GX_POSIX_UNLOCK_UNLOCKED] = "unlocks a mutex that is not locked",
		[GX_POSIX_DESTROY_HELD] = "destroys a mutex that is locked",
		[GX_POSIX_DESTROY_WAITERS] = "destroys what other tasks wait for",
		[GX_POSIX_USE_DESTROYED] = "uses what was destroyed",
		[GX_POSIX_WAIT_WITHOUT_MUTEX] = "waits on a condition variable without holding its mutex",
		[GX_POSIX_JOIN_DETACHED] = "joins or detaches a thread that is detached, joined or unknown",
		[GX_POSIX_EXITED_HOLDING] = "lets a thread end while it holds a mutex",
		[GX_POSIX_BAD_FREE] = "frees memory that is no live block (freed twice, or never allocated)",
		[GX_POSIX_OUTSIDE] =
			"uses a lock that is not the gate's own memory: it would not be reset between executions",
		[GX_POSIX_USE_FREED] = "uses what lies in memory that has been freed",
		[GX_POSIX_USE_LEFT] = "uses what lay in a stack frame that has been left",
		[GX_POSIX_USE_NONE] = "uses what was never initialised, or has been overwritten",
		[GX_POSIX_FREE_IN_USE] = "frees the memory of what is in use",
		[GX_POSIX_INIT_IN_USE] = "initialises what is in use",
	};

	return misuse < GX_POSIX_MISUSE_END && texts[misuse] ? texts[misuse] : "?";
}

void *gx_posix_real_versioned(const char *name, const char *version)
{
	void *found = dlvsym(RTLD_NEXT, name, version);

	return found ? found : dlsym(RTLD_NEXT, name);
}

void gx_posix_misuse(enum gx_posix_misuse misuse, unsigned kind, const void *object, uint32_t other)
{
	const struct gx_task *task = other ? gx_task_by_slot(other) : NULL;

	gx_emit_extra(GX_L_POSIX_MISUSE, GX_POSIX_EXTRA(kind, task ? task->index : GX_CLOCK),
		      gx_world_canonical(object), misuse);
}

int gx_posix_misuse_answered(enum gx_posix_misuse misuse, unsigned kind, const void *object, int error)
{
	gx_posix_misuse(misuse, kind, object, 0);
	gx_posix_step(GX_L_YIELD, GX_READ, NULL);
	return error;
}

void gx_posix_fatal(enum gx_posix_misuse misuse, unsigned kind, const void *object, uint32_t other)
{
	gx_posix_misuse(misuse, kind, object, other);
	gx_task_end_execution();
}

void gx_posix_check_place(unsigned kind, const void *object)
{
	if (!gx_world_contains(object))
		gx_posix_fatal(GX_POSIX_OUTSIDE, kind, object, 0);
}

unsigned gx_posix_kind_of(unsigned label)
{
	switch (label) {
	case GX_L_MUTEX_LOCK:
	case GX_L_MUTEX_TRYLOCK:
	case GX_L_MUTEX_UNLOCK:
		return GX_POSIX_MUTEX;
	case GX_L_COND_ENTER:
	case GX_L_COND_WAIT:
	case GX_L_COND_SIGNAL:
	case GX_L_COND_BROADCAST:
		return GX_POSIX_COND;
	case GX_L_SEM_WAIT:
	case GX_L_SEM_TRYWAIT:
	case GX_L_SEM_POST:
	case GX_L_SEM_GETVALUE:
		return GX_POSIX_SEMAPHORE;
	case GX_L_ONCE:
		return GX_POSIX_ONCE;
	default:
		return 0;
	}
}

/* `subject` is the world address that the predicate looks at. The cast drops const only: the object is the caller's. */
enum gx_granted gx_posix_block(uint16_t label, const void *object, gx_ready_fn *ready, uint64_t deadline)
{
	return gx_point(&(struct gx_op){
		.label = label,
		.access = GX_READ | GX_WRITE,
		.object = gx_world_canonical(object),
		.ready = ready,
		.subject = (void *)(uintptr_t)object,
		.deadline = deadline,
	});
}

void gx_posix_step(uint16_t label, uint8_t access, const void *object)
{
	gx_point_simple(label, access, gx_world_canonical(object));
}

uint64_t gx_posix_made_at(unsigned kind, uint64_t object)
{
	static const size_t places[] = {
		[GX_POSIX_MUTEX] = offsetof(pthread_mutex_t, __data.__list.__next),
		[GX_POSIX_COND] = 0,
		[GX_POSIX_SEMAPHORE] = 2 * sizeof(uint64_t),
		[GX_POSIX_ONCE] = 0,
	};
	const unsigned char *address = gx_world_address(object);
	uint64_t mark;

	if (!address || kind < GX_POSIX_MUTEX || kind > GX_POSIX_SEMAPHORE)
		return 0;
	memcpy(&mark, address + places[kind], sizeof(mark));
	return gx_posix_is_made(mark) ? (uint32_t)mark : 0;
}

bool gx_posix_is_work_wait(const struct gx_task *task)
{
	return task->state == GX_TASK_PARKED && (task->op.label == GX_L_COND_WAIT || task->op.label == GX_L_SEM_WAIT);
}

bool gx_posix_wait_describe(const struct gx_task *task, struct gx_posix_wait *out)
{
	if (task->state != GX_TASK_PARKED)
		return false;
	*out = (struct gx_posix_wait){.object = task->op.object};
	switch (task->op.label) {
	case GX_L_MUTEX_LOCK:
		out->holder = gx_mutex_owner(task->op.subject);
		return true;
	case GX_L_THREAD_JOIN:
		out->holder = gx_thread_joined(task);
		return true;
	case GX_L_COND_WAIT:
		out->guard = task->user[GX_USER_POSIX_0];
		return true;
	case GX_L_SEM_WAIT:
	case GX_L_ONCE:
		return true;
	default:
		return false;
	}
}
