/*
 * posix.c - labels, misuse, and what a parked task waits for.
 */
#include "posix/posix.h"

#include <semaphore.h>
#include <stddef.h>
#include <string.h>

#include "posix/internal.h"

static const char *const labels[] = {
	"mutex.lock",     "mutex.trylock", "mutex.unlock",  "cond.enter",    "cond.wait",        "cond.signal",
	"cond.broadcast", "sem.wait",      "sem.trywait",   "sem.post",      "sem.getvalue",     "thread.create",
	"thread.join",    "thread.detach", "once",          "yield",         "posix.misuse",     "posix.destroy",
	"posix.free",     "print",         "rwlock.rdlock", "rwlock.wrlock", "rwlock.tryrdlock", "rwlock.trywrlock",
	"rwlock.unlock",  "spin.lock",     "spin.trylock",  "spin.unlock",   "barrier.arrive",   "barrier.wait",
	"futex.enter",    "futex.wait",    "futex.wake",    "thread.cancel", "clock.set",        "key.destroy",
	"lock.nested",    "thread.joined", "signal.lost",
};

_Static_assert(sizeof(labels) / sizeof(labels[0]) == GX_L_POSIX_END - GX_LABELS_POSIX, "every label has a name");

/* What an op is about, and what it does with it. */
static const struct {
	unsigned char kind; /* enum gx_posix_kind */
	unsigned char traits;
} ops[GX_L_POSIX_END - GX_LABELS_POSIX] = {
#define OP(label, kind, traits) [GX_L_##label - GX_LABELS_POSIX] = {GX_POSIX_##kind, traits}
	OP(MUTEX_LOCK, MUTEX, GX_POSIX_TAKES | GX_POSIX_OF_LOCK | GX_POSIX_BLOCKS),
	OP(MUTEX_TRYLOCK, MUTEX, GX_POSIX_TRIES | GX_POSIX_OF_LOCK),
	OP(MUTEX_UNLOCK, MUTEX, GX_POSIX_GIVES | GX_POSIX_OF_LOCK),
	OP(COND_ENTER, COND, 0),
	OP(COND_WAIT, COND, GX_POSIX_BLOCKS | GX_POSIX_FOR_WORK),
	OP(COND_SIGNAL, COND, 0),
	OP(COND_BROADCAST, COND, 0),
	OP(SEM_WAIT, SEMAPHORE, GX_POSIX_TAKES | GX_POSIX_BLOCKS | GX_POSIX_FOR_WORK),
	OP(SEM_TRYWAIT, SEMAPHORE, GX_POSIX_TRIES),
	OP(SEM_POST, SEMAPHORE, GX_POSIX_GIVES),
	OP(SEM_GETVALUE, SEMAPHORE, 0),
	OP(ONCE, ONCE, GX_POSIX_BLOCKS),
	OP(RWLOCK_RDLOCK, RWLOCK, GX_POSIX_TAKES | GX_POSIX_OF_LOCK | GX_POSIX_BLOCKS),
	OP(RWLOCK_WRLOCK, RWLOCK, GX_POSIX_TAKES | GX_POSIX_OF_LOCK | GX_POSIX_BLOCKS),
	OP(RWLOCK_TRYRDLOCK, RWLOCK, GX_POSIX_TRIES | GX_POSIX_OF_LOCK),
	OP(RWLOCK_TRYWRLOCK, RWLOCK, GX_POSIX_TRIES | GX_POSIX_OF_LOCK),
	OP(RWLOCK_UNLOCK, RWLOCK, GX_POSIX_GIVES | GX_POSIX_OF_LOCK),
	OP(SPIN_LOCK, SPIN, GX_POSIX_TAKES | GX_POSIX_OF_LOCK | GX_POSIX_BLOCKS),
	OP(SPIN_TRYLOCK, SPIN, GX_POSIX_TRIES | GX_POSIX_OF_LOCK),
	OP(SPIN_UNLOCK, SPIN, GX_POSIX_GIVES | GX_POSIX_OF_LOCK),
	OP(BARRIER_ARRIVE, BARRIER, 0),
	OP(BARRIER_WAIT, BARRIER, GX_POSIX_BLOCKS),
	OP(FUTEX_ENTER, FUTEX, 0),
	OP(FUTEX_WAIT, FUTEX, GX_POSIX_BLOCKS | GX_POSIX_FOR_WORK),
	OP(FUTEX_WAKE, FUTEX, 0),
	[GX_L_THREAD_JOIN - GX_LABELS_POSIX] = {0, GX_POSIX_BLOCKS},
#undef OP
};

static bool is_op_or_fact(unsigned label)
{
	return label >= GX_LABELS_POSIX && label < GX_L_POSIX_END;
}

unsigned gx_posix_kind_of(unsigned label)
{
	return is_op_or_fact(label) ? ops[label - GX_LABELS_POSIX].kind : 0;
}

unsigned gx_posix_traits(unsigned label)
{
	return is_op_or_fact(label) ? ops[label - GX_LABELS_POSIX].traits : 0;
}

bool gx_posix_is_fact(unsigned label)
{
	return (label >= GX_L_POSIX_MISUSE && label <= GX_L_PRINT) ||
	       (label >= GX_L_LOCK_NESTED && label < GX_L_POSIX_END);
}

static const struct {
	const char *name;
	unsigned long bytes;
} kinds[GX_POSIX_KIND_END] = {
	[0] = {"object", 1},
	[GX_POSIX_MUTEX] = {"mutex", sizeof(pthread_mutex_t)},
	[GX_POSIX_COND] = {"condition", sizeof(pthread_cond_t)},
	[GX_POSIX_SEMAPHORE] = {"semaphore", sizeof(sem_t)},
	[GX_POSIX_ONCE] = {"once", sizeof(pthread_once_t)},
	[GX_POSIX_RWLOCK] = {"rwlock", sizeof(pthread_rwlock_t)},
	[GX_POSIX_SPIN] = {"spin lock", sizeof(pthread_spinlock_t)},
	[GX_POSIX_BARRIER] = {"barrier", sizeof(pthread_barrier_t)},
	[GX_POSIX_FUTEX] = {"futex", sizeof(int)},
};

const char *gx_posix_kind_name(unsigned kind)
{
	return kinds[kind < GX_POSIX_KIND_END ? kind : 0].name;
}

unsigned long gx_posix_kind_bytes(unsigned kind)
{
	return kinds[kind < GX_POSIX_KIND_END ? kind : 0].bytes;
}

void gx_posix_register_labels(void)
{
	gx_labels_register(GX_LABELS_POSIX, labels, GX_L_POSIX_END - GX_LABELS_POSIX);
}

const char *gx_posix_misuse_text(unsigned misuse)
{
	static const char *const texts[GX_POSIX_MISUSE_END] = {
		[GX_POSIX_UNLOCK_NOT_OWNER] = "unlocks a lock that another task holds",
		[GX_POSIX_UNLOCK_UNLOCKED] = "unlocks a lock that is not locked",
		[GX_POSIX_DESTROY_HELD] = "destroys a lock that is locked",
		[GX_POSIX_DESTROY_WAITERS] = "destroys what other tasks wait for",
		[GX_POSIX_USE_DESTROYED] = "uses what was destroyed",
		[GX_POSIX_WAIT_WITHOUT_MUTEX] = "waits on a condition variable without holding its mutex",
		[GX_POSIX_JOIN_DETACHED] = "joins or detaches a thread that is detached, joined or unknown",
		[GX_POSIX_EXITED_HOLDING] = "lets a thread end while it holds a lock",
		[GX_POSIX_BAD_FREE] = "frees memory that is no live block (freed twice, or never allocated)",
		[GX_POSIX_OUTSIDE] =
			"uses a lock that is not the gate's own memory: it would not be reset between executions",
		[GX_POSIX_USE_FREED] = "uses what lies in memory that has been freed",
		[GX_POSIX_USE_LEFT] = "uses what lay in a stack frame that has been left",
		[GX_POSIX_USE_NONE] = "uses what was never initialised, or has been overwritten",
		[GX_POSIX_FREE_IN_USE] = "frees the memory of what is in use",
		[GX_POSIX_INIT_IN_USE] = "initialises what is in use",
		[GX_POSIX_UPGRADE] = "takes a lock for writing that it holds for reading",
		[GX_POSIX_COUNT_OF_NONE] = "initialises a barrier for nobody: its count is 0",
		[GX_POSIX_TWO_MUTEXES] =
			"waits on a condition variable with another mutex than those who wait there already",
		[GX_POSIX_LEFT_JOINABLE] = "leaves a thread that has ended: nobody has joined or detached it",
		[GX_POSIX_OTHER_CLOCK] =
			"waits until a time that another clock shows (CLOCK_MONOTONIC for CLOCK_REALTIME, or the other way round)",
		[GX_POSIX_ASYNC] =
			"calls what may not be called while it can be cancelled at any time (PTHREAD_CANCEL_ASYNCHRONOUS)",
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

	gx_where_here();
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
	static const struct {
		bool has_one;
		unsigned char at;
	} places[GX_POSIX_KIND_END] = {
		[GX_POSIX_MUTEX] = {true, offsetof(pthread_mutex_t, __data.__list.__next)},
		[GX_POSIX_COND] = {true, 0},
		[GX_POSIX_SEMAPHORE] = {true, 2 * sizeof(uint64_t)},
		[GX_POSIX_RWLOCK] = {true, offsetof(pthread_rwlock_t, __data.__pad2)},
		[GX_POSIX_BARRIER] = {true, 0},
	};
	const unsigned char *address = gx_world_address(object);
	uint64_t mark;

	if (!address || kind >= GX_POSIX_KIND_END || !places[kind].has_one)
		return 0;
	memcpy(&mark, address + places[kind].at, sizeof(mark));
	return gx_posix_is_made(mark) ? (uint32_t)mark : 0;
}

bool gx_posix_is_work_wait(const struct gx_task *task)
{
	return task->state == GX_TASK_PARKED && gx_posix_traits(task->op.label) & GX_POSIX_FOR_WORK;
}

/* Who has to act first. */
static uint32_t holder_of(const struct gx_task *task)
{
	switch (task->op.label) {
	case GX_L_MUTEX_LOCK:
		return gx_mutex_owner(task->op.subject);
	case GX_L_THREAD_JOIN:
		return gx_thread_joined(task);
	case GX_L_RWLOCK_RDLOCK:
	case GX_L_RWLOCK_WRLOCK:
		return gx_rwlock_holder(task->op.subject);
	case GX_L_SPIN_LOCK:
		return gx_spin_holder(task->op.subject);
	default:
		return 0;
	}
}

bool gx_posix_wait_describe(const struct gx_task *task, struct gx_posix_wait *out)
{
	if (task->state != GX_TASK_PARKED)
		return false;
	*out = (struct gx_posix_wait){.object = task->op.object};
	if (!(gx_posix_traits(task->op.label) & GX_POSIX_BLOCKS))
		return false;
	out->holder = holder_of(task);
	if (task->op.label == GX_L_COND_WAIT)
		out->guard = task->user[GX_USER_POSIX_0];
	return true;
}
