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
};

/* One waiter of a deadlock: "A waits for mutex m1, held by B". */
struct gx_result_wait {
	const char *task;
	const char *op;
	const char *object;
	const char *holder; /* task name, or "" if nobody holds it */
};

struct gx_result_finding {
	const char *rule;
	const char *workspace;     /* "" for none */
	const char *message;       /* one sentence */
	const char *repro;         /* the line to paste */
	const char *repro_command; /* "gatecrash replay '...'" */
	const char *remedy;        /* a hint, or "" */
	uint64_t count;            /* sampling: executions with it; exhaustive: transitions that show it */
	unsigned preemptions;
	bool shortest; /* proven: none with fewer preemptions shows it, nor one with as many in fewer steps */
	const struct gx_result_step *steps;
	size_t step_count;
	const struct gx_result_wait *waits;
	size_t wait_count;
};

enum gx_verdict { GX_VERDICT_CLEAN, GX_VERDICT_FOUND, GX_VERDICT_INCOMPLETE };

struct gx_result_explored {
	uint64_t executions;         /* complete executions; of a search: end states */
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
	uint64_t end_hash;    /* search: sum over the different end states, equal for equal searches; else 0 */
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
	const char *incomplete_why; /* "the state budget is used up", ...; or "" */
	bool interrupted;           /* a replay may be, too */
	bool one_identity; /* hashes of states are those of every process of this machine; false: of this process only */
	uint64_t event_hash; /* replay only, else 0: hash of all events, the same in every replay */
	struct gx_result_explored explored;
	const struct gx_result_finding *findings;
	size_t finding_count;

	/* matrix only */
	enum gx_judgement judgement;
	struct gx_result_rules missing;    /* expected, and not there although everything was seen */
	struct gx_result_rules unexpected; /* there, and not expected */
	const char *misfit;                /* why a scripted interleaving does not fit any more; NULL: it does */
};

/* "clean", "found", "incomplete": the words of the JSON format. */
const char *gx_verdict_name(enum gx_verdict verdict);

/* "exploration", "repro", "interleaving" */
const char *gx_run_kind_name(enum gx_run_kind kind);

/* "sample", "stopped", "interrupted", "trouble"; "" for GX_INCOMPLETE_NOT. */
const char *gx_incomplete_name(enum gx_incomplete incomplete);

/*
 * "missing: wedged; not expected: isolation", "incomplete: interrupted", "" if it is as expected: the caller frees it. NULL: no memory.
 */
char *gx_otherwise_text(const struct gx_result_run *run);

#endif
