/* Who gives a lock back takes it out of the table, though somebody waits for it (V17). */
#include "../author.h"

struct entry {
	pthread_mutex_t lock;
	unsigned users;
};

static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static struct entry *entries[SLOTS];

static void *open_gate(void)
{
	return entries;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static struct entry *acquire(unsigned slot)
{
	struct entry *entry;

	pthread_mutex_lock(&table);
	entry = entries[slot];
	if (!entry) {
		entry = calloc(1, sizeof(*entry));
		pthread_mutex_init(&entry->lock, NULL);
		entries[slot] = entry;
	}
	entry->users++;
	pthread_mutex_unlock(&table);
	pthread_mutex_lock(&entry->lock);
	return entry;
}

/* Freed by its last user, but out of the table at once. */
static void release(unsigned slot, struct entry *entry)
{
	bool last;

	pthread_mutex_unlock(&entry->lock);
	pthread_mutex_lock(&table);
	entries[slot] = NULL;
	last = !--entry->users;
	pthread_mutex_unlock(&table);
	if (last)
		free(entry);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);
	struct entry *entry = acquire(slot);

	(void)gate;
	run_legs(request);
	release(slot, entry);
	return GX_RAN;
}

GATE("pruned-while-held", "the entry goes while it is waited for")
