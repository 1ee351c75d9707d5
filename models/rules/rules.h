/*
 * rules.h - what a rule is: one row, in a file of its own, named in list.h.
 *
 *     facts ─► judge() ──────┐
 *     rest  ─► judge_end() ──┴─► struct gx_finding ─► tell() ─► one sentence
 *
 * `list rules`, the words of `finds:` in scenarios, hit keys, reports, hints and explanations all come from the rows.
 */
#ifndef GX_RULES_RULES_H
#define GX_RULES_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "facts/facts.h"
#include "rules/list.h"

#define GX_RULE_ID(id, row) GX_RULE_##id,
enum gx_rule { GX_RULE_ROWS(GX_RULE_ID) GX_RULE_COUNT };
#undef GX_RULE_ID

/* A set of rules, bit per enum gx_rule. */
typedef uint64_t gx_rule_set;
_Static_assert(GX_RULE_COUNT <= 8 * sizeof(gx_rule_set), "every rule has a bit");

static inline gx_rule_set gx_rule_bit(enum gx_rule rule)
{
	return (gx_rule_set)1 << rule;
}

/* A broken rule with its evidence. */
struct gx_finding {
	uint8_t rule;        /* enum gx_rule */
	uint8_t workspace;   /* index, GX_NO_WORKSPACE for none */
	uint8_t requests[2]; /* the requests that collide: the one that broke the rule, then the other; 0 none */
	uint16_t task;       /* index of the task whose event broke it */
	uint16_t detail;     /* the rule's own, for its tell() */
	uint32_t step;
	uint32_t nth;   /* of data races: which of those that are told apart, from 0 */
	uint64_t value; /* container, token, ... */
};

/* Of a data race's finding, in `detail`: the two accesses are in steps side by side. Such a finding is better than another. */
#define GX_RACE_FOUND_BESIDE 0x100u

/* Called while an event is judged (judge.h), in that context. The same rule may be found several times in one execution. */
typedef void gx_finding_fn(void *context, const struct gx_finding *finding);

/* The key of a finding for explore: rule and workspace. */
static inline uint64_t gx_finding_key(unsigned rule, unsigned workspace)
{
	return 1ull << 32 | (uint64_t)rule << 8 | workspace;
}
/* Each data race that is told apart is a finding of its own. */
static inline uint64_t gx_key_of(const struct gx_finding *finding)
{
	return gx_finding_key(finding->rule, finding->workspace) | (uint64_t)finding->nth << 33;
}
/* Their order: that of the rules, then of workspaces. */
static inline uint64_t gx_key_order(uint64_t key)
{
	return (key & 0xffff) << 32 | key >> 33;
}
static inline unsigned gx_key_rule(uint64_t key)
{
	return (unsigned)(key >> 8 & 0xff);
}

/* What steps of an execution are about. A rule names the topics that explain it; what becomes of legs is told in any case. */
enum gx_topic {
	GX_TOPIC_TOKENS = 1,
	GX_TOPIC_NAMES = 2,
	GX_TOPIC_ROWS = 4,
	GX_TOPIC_LOCKS = 8,
	GX_TOPIC_SECRETS = 16,
	GX_TOPIC_LEGS = 32, /* a leg begins or ends, the gate answers, a note */
	GX_TOPIC_SERVER = 64,
	GX_TOPIC_PROBES = 128
};

/* Why somebody waits for ever; of several the greatest is told. */
enum gx_wait_cause {
	GX_WAIT_UNKNOWN,
	GX_WAIT_UNWOKEN, /* on a condition, a semaphore, or for the end of somebody who waits so: nobody is left to wake it */
	GX_WAIT_HOLDING, /* for a lock whose holder waits to be woken */
	GX_WAIT_ENDED,   /* for what somebody took who has ended */
	GX_WAIT_CIRCLE,  /* for one who waits for it in turn */
	GX_WAIT_READING, /* to read once more what it reads: behind one who waits to write, who waits for it */
	GX_WAIT_SELF     /* for a lock that it holds itself */
};

/* What of an execution advice goes by, beside the finding. */
struct gx_circumstances {
	enum gx_wait_cause cause;
	uint8_t answer; /* to requests[0], while the finding was not yet: enum gx_outcome + 1; 0: none */
};

/* A fact that decided what a finding at rest is about: the last one of its workspace, of this request if it is not 0. */
struct gx_decided {
	uint16_t fact;
	uint8_t request;
};
#define GX_DECIDED_MAX 3

enum gx_rule_trait {
	GX_RULE_SHOWS_WAITS = 1, /* who waits for whom explains it */
	GX_RULE_NOTICED = 2,     /* it is noticed at some step of a bystander's: no step of it collides with another */
	GX_RULE_COSTS_SECONDS = 4, /* each execution that shows it does: none is run in search of a shorter one */
	GX_RULE_HAS_NO_END = 8,    /* an execution shows it by coming to a limit, which a search does not */
	GX_RULE_SHOWS_ARRIVAL = 16 /* when the request that is accused, or lost, came to the gate */
};

struct gx_rules;
struct gx_telling;

#define GX_RULE_FACTS_MAX 6

struct gx_rule_row {
	const char *name;    /* the stable id: "name-conflict" */
	const char *summary; /* when it is broken, in one line */

	/* What a developer could do about it, or NULL; the others if a step of that kind is part of the execution. */
	const char *remedy;
	const char *remedy_if_spurious; /* a wait returned for no reason */
	const char *remedy_if_ahead;    /* a request gave up waiting, and went ahead */
	const char *remedy_if_apart;    /* two requests went in, each by a lock of its own */
	const char *remedy_if_refused;  /* a request was answered busy or dropped */
	/* What fits this finding and the cause of its waits better than `remedy`, or NULL. May be NULL. */
	const char *(*advise)(const struct gx_finding *finding, const struct gx_circumstances *circumstances);

	/*
	 * Fill in the facts that decided the finding, beside the step that broke the rule if one did; up to GX_DECIDED_MAX, 0 ends them. Returns
	 * what they have in common ("what was left behind comes from here"), or NULL for nothing more than that they collide. May be NULL.
	 */
	const char *(*decided)(const struct gx_finding *finding, struct gx_decided decided[GX_DECIDED_MAX]);

	/*
	 * Called for each fact with one of these labels (0 ends the list), before what the rules share (internal.h) takes it into account; in
	 * the context of whoever emits it: a task's, most often, so no clock, no allocation and no point.
	 */
	uint16_t facts[GX_RULE_FACTS_MAX];
	void (*judge)(struct gx_rules *rules, const struct gx_event *event);
	/* Called for each workspace when everything has come to rest, the view of the end complete; `quiet` is GX_F_QUIET. */
	void (*judge_end)(struct gx_rules *rules, const struct gx_event *quiet, unsigned workspace);
	/*
	 * Bytes of the world that are the rule's own, gx_rule_memory(): zero at first, hashed, zeroed again once everything has come to rest
	 * and been judged. What can no longer change what the rule says has to be zero, or one state becomes several.
	 */
	size_t memory;

	/* Say the finding in one sentence with gx_tell() (internal.h): what happened, to whom, who else was involved. */
	void (*tell)(const struct gx_telling *telling);

	unsigned topics; /* enum gx_topic bits: which steps an explanation shows */
	unsigned traits; /* enum gx_rule_trait bits */
};

/* The row of a rule below GX_RULE_COUNT. */
const struct gx_rule_row *gx_rule_row(enum gx_rule rule);

/* "name-conflict"; and back, GX_RULE_COUNT for no rule. */
const char *gx_rule_name(enum gx_rule rule);
enum gx_rule gx_rule_find(const char *name);
/* When it is broken, in one sentence (`list rules`). */
const char *gx_rule_summary(enum gx_rule rule);

/* Who waits, as a message tells it. */
struct gx_message_wait {
	enum gx_wait_cause cause;
	const char *task;   /* "manual-restart#2" */
	const char *object; /* "mutex m2", or "" */
	const char *holder; /* "manual-restart#1", or "" */
};

/* How a message names things; every pointer of it is borrowed for the call. */
struct gx_message_memory {
	char name[96]; /* "busy", "memory of gate.open" */
	/* " in set() (mygate.c:12), called in handle() (mygate.c:31)", "". Of a memory error `earlier` is where the block came from, and went. */
	char earlier[480];
	char later[480];
};

struct gx_message_names {
	const struct gx_message_wait *wait; /* NULL: nobody, or nobody knows */
	const char *const *workspaces;
	unsigned workspace_count;
	const char *(*request)(void *context, unsigned request); /* "manual-restart#1" */
	const char *(*task)(void *context, unsigned task);       /* by index, in the execution that shows the finding */
	/* "unlocks mutex m2, which manual-restart#1 holds"; false if there is no more to say than gx_misuse_text(). May be NULL. */
	bool (*misuse)(void *context, const struct gx_finding *finding, char *text, size_t size);
	/* "mutex ws_lock[1]": of a lock by its object. May be NULL. */
	void (*lock)(void *context, uint64_t object, char *text, size_t size);
	/* What lies at an object of memory, and where the accesses stand that a finding of this step is about: " in handle()", or "". May be NULL. */
	void (*memory)(void *context, uint64_t object, uint32_t step, struct gx_message_memory *out);
	void *context;
};

/* One sentence for a finding. Nothing of it runs while exploring. */
void gx_finding_message(const struct gx_finding *finding, const struct gx_message_names *names, char *text,
			size_t size);

#endif
