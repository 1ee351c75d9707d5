#include "core/rescue.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "core/footprint.h"
#include "core/internal.h"

struct point {
	sigjmp_buf here;
	struct point *outer;
	enum gx_status status;
	char what[256];
};

static struct point *innermost;
void (*gx_rescue_hook)(void);

static struct {
	void (*say)(void *context);
	void *context;
} last_words;

void gx_rescue_last_words(void (*say)(void *context), void *context)
{
	last_words.say = say;
	last_words.context = context;
}

void gx_rescue_jump(enum gx_status status, const char *what)
{
	struct point *point = innermost;
	void (*say)(void *context);

	if (!point) {
		gx_current = NULL; /* what is printed now is no task's, and neither is the end */
		return;
	}
	innermost = point->outer; /* what happens from here on is for the next one */
	point->status = status;
	(void)snprintf(point->what, sizeof(point->what), "%s", what);
	say = last_words.say;
	last_words.say = NULL; /* once: it may be what goes wrong next */
	if (say)
		say(last_words.context);
	siglongjmp(point->here, 1);
}

static void __attribute__((constructor)) offer(void)
{
	gx_rescuer = gx_rescue_jump;
}

/* From a task's stack: AddressSanitizer is told, and forgets what it knows of the frames that were left here. */
static void back_on_the_stack_of_the_scheduler(void)
{
#if GX_ASAN
	if (!gx_current)
		return;
	__sanitizer_start_switch_fiber(NULL, gx_scheduler_bottom, gx_scheduler_size);
	__sanitizer_finish_switch_fiber(NULL, NULL, NULL);
	__asan_handle_no_return();
#endif
}

/* Nothing that was under way is any more. */
static void recover(void)
{
	gx_current = NULL;
	gx_core.pilot = NULL;
	gx_core.muted = false;
	gx_core.searching = false;
	gx_footprint_under_way = NULL;
	gx_crash_last.kind = GX_CRASH_NONE;
	gx_event_abandon();
	gx_sched_record(NULL, 0, NULL);
	gx_rescue_last_words(NULL, NULL);
	if (gx_rescue_hook)
		gx_rescue_hook();
	gx_world_wipe();
	if (gx_core.program)
		gx_sched_reset();
}

/* The handler of a crash was left by a jump. */
static void unblock(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGVTALRM, SIGALRM};
	static sigset_t set; /* the stack is full of what AddressSanitizer knows of frames that were left */

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&set, signals[i]);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* What a function keeps in registers across sigsetjmp() is lost: so nothing is. */
static enum gx_status __attribute__((noinline)) given_up(struct point *point, struct gx_error *err)
{
	back_on_the_stack_of_the_scheduler();
	unblock();
	(void)gx_fail(err, point->status, "%s", point->what);
	recover();
	return point->status;
}

enum gx_status gx_rescue(enum gx_status (*run)(void *context), void *context, struct gx_error *err)
{
	struct point point = {.outer = innermost};
	enum gx_status rc;

	/* The mask is not saved: in a sealed process signals may only be unblocked. */
	if (sigsetjmp(point.here, 0))
		return given_up(&point, err);
	innermost = &point;
	rc = run(context);
	innermost = point.outer;
	return rc;
}
