#include "gates/parts.h"

#include <stdlib.h>
#include <string.h>

/* ---- a lock that another task may release ---- */

void gx_held_init(struct gx_held *lock)
{
	pthread_mutex_init(&lock->mutex, NULL);
	pthread_cond_init(&lock->freed, NULL);
	lock->held = false;
}

void gx_held_destroy(struct gx_held *lock)
{
	pthread_cond_destroy(&lock->freed);
	pthread_mutex_destroy(&lock->mutex);
}

void gx_held_acquire(struct gx_held *lock)
{
	pthread_mutex_lock(&lock->mutex);
	while (lock->held)
		pthread_cond_wait(&lock->freed, &lock->mutex);
	lock->held = true;
	pthread_mutex_unlock(&lock->mutex);
}

bool gx_held_try(struct gx_held *lock)
{
	bool taken;

	pthread_mutex_lock(&lock->mutex);
	taken = !lock->held;
	lock->held = true;
	pthread_mutex_unlock(&lock->mutex);
	return taken;
}

void gx_held_release(struct gx_held *lock)
{
	pthread_mutex_lock(&lock->mutex);
	lock->held = false;
	pthread_cond_signal(&lock->freed);
	pthread_mutex_unlock(&lock->mutex);
}

/* ---- coalescer and debounce ---- */

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

void gx_coalescer_init(struct gx_coalescer *state)
{
	memset(state, 0, sizeof(*state));
	pthread_mutex_init(&state->mutex, NULL);
}

void gx_coalescer_destroy(struct gx_coalescer *state)
{
	pthread_mutex_destroy(&state->mutex);
}

bool gx_coalescer_debounced(struct gx_coalescer *state)
{
	bool fresh;

	pthread_mutex_lock(&state->mutex);
	fresh = state->stamped && now() - state->started_at < GX_DEBOUNCE_S;
	pthread_mutex_unlock(&state->mutex);
	return fresh;
}

static void stamp(struct gx_coalescer *state)
{
	state->stamped = true;
	state->started_at = now();
}

/* True if the caller is to run the cycles. */
static bool enter(struct gx_coalescer *state, const struct gx_request *request)
{
	bool runs;

	pthread_mutex_lock(&state->mutex);
	state->pending = true;
	state->latest = request;
	runs = !state->running;
	if (runs) {
		state->running = true;
		stamp(state);
	}
	pthread_mutex_unlock(&state->mutex);
	return runs;
}

/* The request whose legs the next cycle runs, or NULL if nothing is pending. */
static const struct gx_request *take_pending(struct gx_coalescer *state, enum gx_clear clear, bool first)
{
	const struct gx_request *next = NULL;

	pthread_mutex_lock(&state->mutex);
	if (state->pending) {
		state->pending = false;
		next = state->latest;
		state->latest = NULL;
		if (!first)
			stamp(state);
	} else if (clear == GX_CLEAR_TOGETHER) {
		state->running = false;
	}
	pthread_mutex_unlock(&state->mutex);
	return next;
}

enum gx_outcome gx_coalesce(struct gx_coalescer *state, const struct gx_request *request, enum gx_clear clear,
			    void (*cycle)(void *context, const struct gx_request *request), void *context)
{
	enum gx_outcome outcome = GX_COALESCED;
	const struct gx_request *next;

	if (!enter(state, request))
		return GX_COALESCED;
	for (bool first = true; (next = take_pending(state, clear, first)) != NULL; first = false) {
		if (next == request)
			outcome = GX_RAN;
		cycle(context, next);
	}
	if (clear == GX_CLEAR_DEFERRED) {
		/* C1: whoever sets `pending` between the look above and this line sees `running` and leaves. */
		pthread_mutex_lock(&state->mutex);
		state->running = false;
		pthread_mutex_unlock(&state->mutex);
	}
	return outcome;
}

/* ---- the map ---- */

struct gx_map *gx_map_new(void)
{
	struct gx_map *map = calloc(1, sizeof(*map));

	if (map)
		pthread_mutex_init(&map->mutex, NULL);
	return map;
}

void gx_map_free(struct gx_map *map)
{
	for (unsigned i = 0; i < GX_MAP_ENTRIES; i++)
		if (map->entries[i].workspace[0]) {
			gx_held_destroy(&map->entries[i].gate);
			gx_coalescer_destroy(&map->entries[i].coalescer);
		}
	pthread_mutex_destroy(&map->mutex);
	free(map);
}

static unsigned place_of(const char *name)
{
	unsigned hash = 2166136261u; /* FNV-1a */

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash % GX_MAP_ENTRIES;
}

/* The entry of the workspace, or the free place where it belongs. */
static struct gx_entry *find(struct gx_map *map, const char *workspace)
{
	unsigned at = place_of(workspace);

	for (unsigned i = 0; i < GX_MAP_ENTRIES; i++, at = (at + 1) % GX_MAP_ENTRIES) {
		struct gx_entry *entry = &map->entries[at];

		if (!entry->workspace[0] || !strcmp(entry->workspace, workspace))
			return entry;
	}
	abort();
}

struct gx_entry *gx_map_entry(struct gx_map *map, const char *workspace)
{
	struct gx_entry *entry;

	pthread_mutex_lock(&map->mutex);
	entry = find(map, workspace);
	if (!entry->workspace[0]) {
		memcpy(entry->workspace, workspace, strnlen(workspace, GX_MAP_NAME_BYTES - 1));
		gx_held_init(&entry->gate);
		gx_coalescer_init(&entry->coalescer);
	}
	pthread_mutex_unlock(&map->mutex);
	return entry;
}

struct gx_handoff *gx_handoff_new(struct gx_entry *entry, const struct gx_request *request)
{
	struct gx_handoff *job = malloc(sizeof(*job));

	if (!job)
		abort();
	*job = (struct gx_handoff){.entry = entry, .request = request};
	return job;
}
