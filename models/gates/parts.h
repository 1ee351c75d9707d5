/*
 * parts.h - what the service's real gates are made of: debounce, coalescer, held flag; per workspace, as in the original.
 *
 * The original's mutex is locked by one goroutine and unlocked by another, which POSIX forbids for pthread_mutex_t: so a
 * gate's lock is a flag under a mutex with a condition variable (domain.md section 10).
 */
#ifndef GX_GATES_PARTS_H
#define GX_GATES_PARTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "gatecrash/gate.h"

/* domain.md section 8: RestartDebounceWindow. */
#define GX_DEBOUNCE_S 60

/* A lock that another task may release. */
struct gx_held {
	pthread_mutex_t mutex;
	pthread_cond_t freed;
	bool held;
};

void gx_held_init(struct gx_held *lock);
void gx_held_destroy(struct gx_held *lock);
void gx_held_acquire(struct gx_held *lock);
bool gx_held_try(struct gx_held *lock);
void gx_held_release(struct gx_held *lock);

/* domain.md 5.1: restartState. */
struct gx_coalescer {
	pthread_mutex_t mutex;
	bool running;
	bool pending;
	bool stamped;
	time_t started_at;               /* virtual seconds; valid if stamped */
	const struct gx_request *latest; /* whose legs the next cycle runs */
};

void gx_coalescer_init(struct gx_coalescer *state);
void gx_coalescer_destroy(struct gx_coalescer *state);

/* domain.md 5.2: read-only, in a critical section of its own (D1). */
bool gx_coalescer_debounced(struct gx_coalescer *state);

/* Where `running` is cleared: afterwards, as in every version of the original (C1), or with the look that saw nothing pending. */
enum gx_clear { GX_CLEAR_DEFERRED, GX_CLEAR_TOGETHER };

/* Runs `cycle` for the requests that have come: returns GX_RAN for the caller that ran them, GX_COALESCED for the others. */
enum gx_outcome gx_coalesce(struct gx_coalescer *state, const struct gx_request *request, enum gx_clear clear,
			    void (*cycle)(void *context, const struct gx_request *request), void *context);

#define GX_MAP_NAME_BYTES 48u

/* What a workspace has: made on first use and never removed, as sync.Map's LoadOrStore in the original. */
struct gx_entry {
	char workspace[GX_MAP_NAME_BYTES]; /* a copy, whoever came first; empty: free */
	struct gx_held gate;
	struct gx_coalescer coalescer;
};

/*
 * The map from workspace to entry: linear probing from a hash of the name. The entries are part of it: one that whoever comes first
 * allocates would tell the interleavings apart for ever by who that was, and three callers would have three times the states.
 */
#define GX_MAP_ENTRIES 8u

struct gx_map {
	pthread_mutex_t mutex;
	struct gx_entry entries[GX_MAP_ENTRIES];
};

struct gx_map *gx_map_new(void);
void gx_map_free(struct gx_map *map);
/* Aborts when there are more workspaces than entries. */
struct gx_entry *gx_map_entry(struct gx_map *map, const char *workspace);

/* gx_go() with a request: run fn(entry, request) in a tracked task. */
struct gx_handoff {
	struct gx_entry *entry;
	const struct gx_request *request;
};
struct gx_handoff *gx_handoff_new(struct gx_entry *entry, const struct gx_request *request);

static inline bool gx_is_programmatic(const struct gx_request *request)
{
	return request->origin == GX_PROGRAMMATIC || request->origin == GX_AFTER_MUTATION;
}

#endif
