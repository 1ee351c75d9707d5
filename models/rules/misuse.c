#include <stdio.h>

#include "rules/internal.h"

/* The finding's detail is enum gx_misuse. */
static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_MISUSE);

	finding.detail = (uint16_t)GX_MISUSE_OF(event->value);
	gx_report_finding(rules, &finding);
}

/* Who knows the objects of the execution says more than that one is misused: which, and whose affair it is besides. */
static void tell(const struct gx_telling *t)
{
	char text[320];

	if (!t->names->misuse || !t->names->misuse(t->names->context, t->finding, text, sizeof(text)))
		(void)snprintf(text, sizeof(text), "%s", gx_misuse_text((enum gx_misuse)t->finding->detail));
	gx_tell(t, "%s %s", gx_told_task(t), text);
}

static const char *advise_on_posix(enum gx_posix_misuse misuse)
{
	switch (misuse) {
	case GX_POSIX_UNLOCK_NOT_OWNER:
	case GX_POSIX_UNLOCK_UNLOCKED:
		return "who has taken a lock gives it back, once: look for the way on which it was not taken";
	case GX_POSIX_DESTROY_HELD:
	case GX_POSIX_DESTROY_WAITERS:
	case GX_POSIX_USE_DESTROYED:
	case GX_POSIX_USE_FREED:
	case GX_POSIX_FREE_IN_USE:
		return "let it live until its last user is done: count them, join them, or keep it as long as the gate";
	case GX_POSIX_USE_LEFT:
		return "what others use may not lie on the stack of a function that returns before they are done";
	case GX_POSIX_WAIT_WITHOUT_MUTEX:
		return "lock the mutex, look at the condition, and only then wait";
	case GX_POSIX_JOIN_DETACHED:
		return "a thread is joined or detached, and that once";
	case GX_POSIX_EXITED_HOLDING:
		return gx_remedy_of_wait(GX_WAIT_ENDED);
	case GX_POSIX_BAD_FREE:
		return "free what malloc() gave, once";
	case GX_POSIX_OUTSIDE:
		return "keep it in static memory of the gate, or in memory that malloc() gave";
	case GX_POSIX_USE_NONE:
		return "initialise it before anybody uses it; if that is so, look for what writes over it";
	case GX_POSIX_INIT_IN_USE:
		return "initialise it once, before anybody uses it: in open(), or by pthread_once()";
	case GX_POSIX_UPGRADE:
		return "give the read lock back before you ask to write, and look again at what you have read; or take it for writing at once";
	case GX_POSIX_COUNT_OF_NONE:
		return "give the barrier the number of threads that come to it";
	case GX_POSIX_TWO_MUTEXES:
		return "use one mutex with a condition variable: the one that protects what is waited for";
	case GX_POSIX_LEFT_JOINABLE:
		return "join it, or detach it: until then what it leaves behind is kept";
	case GX_POSIX_OTHER_CLOCK:
		return "make the deadline from the clock that the wait goes by: pthread_condattr_setclock(), or a _clockwait() that says which";
	case GX_POSIX_ASYNC:
		return "leave cancellation deferred, and say by pthread_testcancel() where the thread may end";
	case GX_POSIX_MISUSE_END:
		break;
	}
	return NULL;
}

static const char *advise(const struct gx_finding *finding, const struct gx_circumstances *circumstances GX_UNUSED)
{
	switch ((enum gx_misuse)finding->detail) {
	case GX_MISUSE_LEG_TWICE:
	case GX_MISUSE_START_BEFORE_STOP:
		return "call gx_stop() once, and behind it gx_start() once, if the stop leg is done";
	case GX_MISUSE_LEG_AFTER_REFUSAL:
		return "a request is refused, or its legs are run: not both";
	case GX_MISUSE_RAN_TOO_EARLY:
		return "answer GX_ACCEPTED if the legs are yet to run, GX_COALESCED if another's stand for them";
	case GX_MISUSE_BAD_OUTCOME:
		return "return an enum gx_outcome on every way out of handle()";
	case GX_MISUSE_FOREIGN_REQUEST:
		return "hand on the request that handle() was given, no copy of it, and none of an execution before";
	case GX_MISUSE_OPEN_FAILED:
		return "return the gate's state from open(): anything but NULL";
	case GX_MISUSE_THREAD_LEFT:
		return "end and join in close() what open() or handle() has started";
	case GX_MISUSE_POSIX:
	case GX_MISUSE_END:
		break;
	}
	return finding->detail > GX_MISUSE_POSIX
		       ? advise_on_posix((enum gx_posix_misuse)(finding->detail - GX_MISUSE_POSIX))
		       : NULL;
}

const struct gx_rule_row gx_rule_misuse = {
	.name = "misuse",
	.summary = "the gate breaks its contract or a rule of POSIX",
	.facts = {GX_F_MISUSE},
	.judge = judge,
	.tell = tell,
	.advise = advise,
	.topics = GX_TOPIC_LOCKS,
};
