/*
 * gate.h - what the author of a gate sees.
 *
 * A gate decides when the legs of a request run. It is ordinary C11 with pthreads: it compiles and runs without
 * gatecrash, and gatecrash puts it in front of a model of the service and runs it in every interleaving that matters.
 *
 *     actor ──► handle(gate, request) ──► your locks ──► gx_stop(request) ──► gx_start(request) ──► your unlocks
 *
 * A gate is one `struct gx_gate`. Built as a shared object it exports gx_gate_plugin(); see the README, "Write a gate".
 *
 * What a gate may rely on:
 *  - open() and close() run while no actor does. Threads that the gate made keep running during close(), which joins
 *    them: one that lives on when close() has returned is a `misuse` finding.
 *  - handle() runs in the tasks of the actors, many at once.
 *  - Requests and the strings in them live as long as the execution. Ids and addresses are the same in every execution of
 *    a scenario. Compare workspaces with strcmp().
 *  - Any task of an execution may call the legs of a request: the caller of handle(), a gx_go() task, a thread of the gate.
 *  - malloc(), pthread_*, sem_*, C11's mtx_ cnd_ thrd_ tss_, nanosleep(), clock_gettime() and their like are ordinary calls; under
 *    gatecrash they are modelled, time is virtual and passes only in the scheduler's hands.
 *  - A task has 238 KiB of stack and 768 KiB for malloc().
 *  - What it prints goes nowhere while it is explored, and into the timeline when an execution is replayed.
 *  - rand(), strtok() and their like begin anew with each execution. The time zone is UTC. exec() and raise() are crashes.
 *  - What constructors allocate, and the static data of libraries that come with the gate, is reset like its own.
 *  - Thread-local variables, keys and what C++ destroys with a thread are each task's own; those of actors live as long as the execution.
 *  - getrandom() and its like give the same numbers in every execution. syscall() is futex, and what libc has a function for; any other call,
 *    and one in assembly, is an `uncontrolled` finding.
 *  - A joinable thread has to be joined or detached before close() has returned.
 * What a gate may not use: signals, processes, files, sockets, timers that signal, CPU time, setenv(), setlocale(), dlopen(), mmap(). Loading
 * says so in one line. What is registered with atexit() is not called.
 */
#ifndef GATECRASH_GATE_H
#define GATECRASH_GATE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The number of this contract. A plugin built against another one is refused with both numbers in the message. */
#define GX_GATE_ABI 1u

/* Who asks. domain.md section 4: A1 manual, A2 programmatic, A3 after a mutation, A19 create, A16 resume, A18 wake, ... */
enum gx_origin {
	GX_MANUAL,
	GX_PROGRAMMATIC,
	GX_AFTER_MUTATION,
	GX_CREATE,
	GX_RESUME,
	GX_WAKE,
	GX_PAUSE,
	GX_HIBERNATE,
	GX_DELETE,
	GX_SWEEP,
	GX_IMAGE_REFRESH
};

/* The two halves of a cycle; a restart has both. */
enum gx_leg { GX_STOP = 1, GX_START = 2 };

struct gx_request {
	uint32_t id; /* 1, 2, 3, ... in the order of the scenario's actors */
	enum gx_origin origin;
	unsigned legs;         /* GX_STOP | GX_START */
	const char *workspace; /* "ws-a"; valid for the whole execution, like the request itself */
};

/* What handle() answers. GX_RAN, GX_ACCEPTED and GX_COALESCED acknowledge the request. */
enum gx_outcome {
	GX_RAN,       /* the legs are over */
	GX_ACCEPTED,  /* the legs run, or will run, in another task */
	GX_COALESCED, /* a provision that has yet to begin covers this request */
	GX_DROPPED,   /* debounced: nothing will run for it */
	GX_BUSY       /* refused, as in 409 */
};

/*
 * The gate. `name` is [a-z0-9-]{1,63}, `summary` one line. open() is called once per execution and returns the gate's
 * state, never NULL (NULL is a failure, and a finding). close() gets that state at the end of the execution. handle() is
 * called once per request.
 */
struct gx_gate {
	uint32_t abi; /* GX_GATE_ABI */
	const char *name;
	const char *summary;
	void *(*open)(void);
	void (*close)(void *gate);
	enum gx_outcome (*handle)(void *gate, const struct gx_request *request);
};

/* What a plugin exports: returns its gate, which lives as long as the plugin is loaded. */
const struct gx_gate *gx_gate_plugin(void);

/*
 * DONE: the leg ran, errors that the real path ignores included; also for a leg that the request does not have.
 * SKIPPED: the path decided not to run (a programmatic restart re-read the row and found it paused, hibernated or removed).
 * FAILED: the provision failed and marked the workspace failed; without a backend gx_stop() answers this at once.
 * After SKIPPED or FAILED the other leg answers the same, at once.
 */
enum gx_leg_result { GX_LEG_DONE, GX_LEG_SKIPPED, GX_LEG_FAILED };

/*
 * Run a leg of `request` and block until it is over. Each leg runs at most once, the start never before the stop, and the
 * legs of a request that was answered GX_BUSY or GX_DROPPED never: breaking this is a `misuse` finding. May be called from
 * any task of the execution, from inside handle() or later. For a programmatic origin gx_stop() is everything from the
 * re-read of the row to the status write; for a manual one it is the STOP alone. gx_start() is the provision.
 */
enum gx_leg_result gx_stop(const struct gx_request *request);
enum gx_leg_result gx_start(const struct gx_request *request);

/*
 * Run fn(arg) in a new *tracked* task, as the service's goAsync does: the shutdown drain waits for it, and a panic in it is
 * recovered. Returns at once; the first step of the new task is a point of its own. (pthread_create() makes an untracked one.)
 */
void gx_go(void (*fn)(void *), void *arg);

/*
 * Run fn(arg) when the current task's gate call, gx_go() function or thread start routine ends, by return or by panic; last
 * in, first out; before the caller of handle() sees the outcome and before a joiner or the drain sees the task end.
 */
void gx_defer(void (*fn)(void *), void *arg);

/* Show `text` (copied, 63 bytes at most) in the timeline of a report. Not a point. */
void gx_note(const char *text);

#ifdef __cplusplus
}
#endif
#endif
