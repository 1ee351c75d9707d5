/*
 * result.h - what a run found, in words and numbers: all that a report needs, and all that it sees.
 *
 * Filled by the command line from an exploration, owned by it; reports borrow. Strings are UTF-8 without control characters.
 */
#ifndef GX_REPORTS_RESULT_H
#define GX_REPORTS_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One step of a failing execution. */
struct gx_result_step {
	const char *task;   /* "manual-restart#1", "manual-restart#1/go#1", "container(ws-a)#1", "clock" */
	const char *op;     /* "docker.create.reserve" */
	const char *object; /* "ws-a", "mutex m1", "" */
	const char *value;  /* what came of it: "409 name in use", "401", "failed", "" */
	bool matters;       /* shown in the text report */
	bool collides;      /* the ops that collide: marked */
	bool preempted;     /* the task before it could have gone on: a switch that matters */
	uint32_t number;    /* of the execution's steps, from 1 */
	uint64_t at_ns;     /* virtual time, since the start of the execution */
	const char *left;   /* of a preemption: the task that could have gone on; else "" or NULL */
	const char *place;  /* in the sources of the gate: "mygate.c:31", "" or NULL */
};

/* How the holder of a wait stands to what is waited for. */
enum gx_result_hold {
	GX_HOLD_HELD,   /* it holds the object, or has to end first */
	GX_HOLD_TAKEN,  /* it took the semaphore's last unit */
	GX_HOLD_PASSED, /* nobody holds a condition: it was the last to come by who could have woken the waiter */
	GX_HOLD_COUNT
};

/* One waiter of a deadlock: "A waits for mutex m1, held by B since step 7, which has ended". */
struct gx_result_wait {
	const char *task;
	const char *op;
	const char *object;
	const char *holder;       /* task name, or "" if nobody holds it */
	enum gx_result_hold hold; /* what `holder` is */
	bool holder_ended;
	uint32_t since;    /* the step at which the holder took it, or came by; 0: none that is known */
	const char *place; /* where it stands in the sources of the gate: "mygate.c:31", "" or NULL */
};

struct gx_result_finding {
	const char *rule;
	const char *workspace;     /* "" for none */
	const char *message;       /* one sentence */
	const char *repro;         /* the line to paste */
	const char *repro_command; /* "gatecrash replay '...'" */
	const char *remedy;        /* a hint, or "" */
	uint64_t transitions;      /* of a search: that show it */
	uint64_t executions;       /* of a sample: that show it */
	unsigned preemptions;
	bool repeats;  /* it goes round in a loop, of which one round is shown: the last step is where it was cut off */
	bool shortest; /* proven: none with fewer preemptions shows it, nor one with as many in fewer steps */
	const struct gx_result_step *steps;
	size_t step_count;
	const struct gx_result_wait *waits;
	size_t wait_count;
	const char *marks; /* what the steps that collide have in common, "" or NULL: they collide, or break the rule */
	const char *
		because; /* the scenario says that it shows whichever gate is used, and why ("": no reason); else NULL */
	bool beyond_gate; /* so it does, and counts neither for the verdict nor for the exit status */
};

/*
 * CLEAN: no finding but what is beyond the gate. FOUND: one at least that is not. INCOMPLETE: none, and not everything was seen. The
 * findings that count come first; gx_run_judge() says which of the three it is.
 */
enum gx_verdict { GX_VERDICT_CLEAN, GX_VERDICT_FOUND, GX_VERDICT_INCOMPLETE };

struct gx_result_explored {
	uint64_t executions;         /* run from start to end: of a sample, or replayed */
	uint64_t ends;               /* of a search: transitions into an end */
	uint64_t states;             /* 0 for sampling */
	uint64_t transitions;        /* 0 for sampling */
	uint64_t points;             /* steps granted in all */
	double seconds;              /* wall clock; only for people, compared with nothing */
	double interleavings;        /* 0: not known; exact below 2^53 */
	bool interleavings_infinite; /* the state graph has a cycle */
	double collision_chance;     /* upper bound of the chance that a hash collision hid a state; exhaustive only */
	uint64_t depth;              /* longest execution in steps */
	uint64_t rechecked;          /* executions that were run again and compared event by event */
	bool stats;                  /* asked for */
	uint64_t pairs; /* search with --stats: pairs of enabled steps of different tasks, over all states; else 0 */
	uint64_t independent; /* of those: they touch nothing in common that one of them writes */
	uint64_t covered; /* schedules that cover a state graph: so many transitions, all of them, were taken; else 0 */
	uint64_t covered_states;
	uint64_t end_hash; /* search: sum over the different end states, equal for equal searches; else 0 */
};

/* What was done: interleavings were explored, or one was run again. */
enum gx_run_kind { GX_RUN_EXPLORATION, GX_RUN_REPRO, GX_RUN_INTERLEAVING };

/* Why not everything was seen. */
enum gx_incomplete {
	GX_INCOMPLETE_NOT,         /* it was, or a single execution was all that was asked for */
	GX_INCOMPLETE_SAMPLE,      /* sampling, to its end */
	GX_INCOMPLETE_STOPPED,     /* a budget, the first finding, ...: incomplete_why says which */
	GX_INCOMPLETE_INTERRUPTED, /* SIGINT */
	GX_INCOMPLETE_TROUBLE      /* could not tell: incomplete_why is the complaint */
};

/* How a run of a matrix compares with what was expected of it. */
enum gx_judgement {
	GX_JUDGEMENT_NONE, /* nobody compared */
	GX_JUDGEMENT_AS_EXPECTED,
	GX_JUDGEMENT_OTHERWISE,
	GX_JUDGEMENT_UNDECIDED /* nothing unexpected so far, but not everything was seen */
};

/* Names of rules, in the order of the rules. */
struct gx_result_rules {
	const char *const *names;
	size_t count;
};

struct gx_result_run {
	const char *scenario; /* of an interleaving: "double-click#s1-conflict" */
	const char *gate;
	const char *gate_summary;
	enum gx_run_kind kind;
	const char *strategy; /* of a replay: "replay" */
	uint64_t seed;
	enum gx_verdict verdict;
	bool complete;
	enum gx_incomplete incomplete;
	const char *incomplete_why;   /* "the state budget is used up", ...; or "" */
	bool interrupted;             /* a replay may be, too */
	bool from_file;               /* the gate is a file of somebody's own, not one of the history's */
	bool watches_memory;          /* of the gate, its accesses to memory and atomics */
	const char *const *unwatched; /* ... but for what these access: "sscanf()", "inline assembly at gate.c:12" */
	size_t unwatched_count;
	bool weak_atomics;               /* it asks for less than sequential consistency, which is what was explored */
	const char *points;              /* "sync", "access", "auto": which accesses were; NULL: not said */
	const char *const *point_places; /* of "auto": where those stand, "mygate.c:31" */
	size_t point_place_count;
	struct {
		const char *text; /* of the file that was asked for; NULL: none was */
		uint64_t schedules;
		uint64_t steps;
		uint64_t transitions;
	} cover;
	bool one_identity; /* hashes of states are those of every process of this machine; false: of this process only */
	uint64_t event_hash; /* replay only, else 0: hash of all events, the same in every replay */
	struct gx_result_explored explored;
	const struct gx_result_finding *findings;
	size_t finding_count;
	size_t shown; /* which of them a text report tells in full, unless it is asked for others */

	/* matrix only */
	enum gx_judgement judgement;
	struct gx_result_rules missing;    /* expected, and not there although everything was seen */
	struct gx_result_rules unexpected; /* there, and not expected */
	const char *misfit;                /* why a scripted interleaving does not fit any more; NULL: it does */
};

/* The findings that count: all but those beyond the gate. */
size_t gx_run_guilty(const struct gx_result_run *run);

/* Say the verdict that follows from the findings and from how much was seen: no run can be "found" without a finding. */
void gx_run_judge(struct gx_result_run *run);

/* Whether a finding is the one that RULE, RULE/WORKSPACE or "all" asks for. */
bool gx_finding_is(const struct gx_result_finding *finding, const char *asked);

/* "clean", "found", "incomplete": the words of the JSON format. */
const char *gx_verdict_name(enum gx_verdict verdict);

/* "exploration", "repro", "interleaving" */
const char *gx_run_kind_name(enum gx_run_kind kind);

/* "sample", "stopped", "interrupted", "trouble"; "" for GX_INCOMPLETE_NOT. */
const char *gx_incomplete_name(enum gx_incomplete incomplete);

/* "held", "taken", "passed" */
const char *gx_hold_name(enum gx_result_hold hold);

/*
 * "missing: wedged; not expected: isolation", "incomplete: interrupted", "" if it is as expected: the caller frees it. NULL: no memory.
 */
char *gx_otherwise_text(const struct gx_result_run *run);

#endif
