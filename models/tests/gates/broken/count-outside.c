/* A lock per workspace that goes with its last user; who uses it is counted outside of the table's lock. */
#include "../author.h"

struct entry {
	pthread_mutex_t lock;
	unsigned users;
};

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry *of[SLOTS];

static void *open_gate(void)
{
	return of;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static struct entry *entry_of(unsigned slot)
{
	struct entry *entry;

	pthread_mutex_lock(&table_lock);
	if (!of[slot]) {
		of[slot] = calloc(1, sizeof(*of[slot]));
		pthread_mutex_init(&of[slot]->lock, NULL);
	}
	entry = of[slot];
	pthread_mutex_unlock(&table_lock);
	entry->users++;
	return entry;
}

static void put(unsigned slot, struct entry *entry)
{
	if (--entry->users)
		return;
	pthread_mutex_lock(&table_lock);
	of[slot] = NULL;
	pthread_mutex_unlock(&table_lock);
	pthread_mutex_destroy(&entry->lock);
	free(entry);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);
	struct entry *entry = entry_of(slot);

	(void)gate;
	pthread_mutex_lock(&entry->lock);
	run_legs(request);
	pthread_mutex_unlock(&entry->lock);
	put(slot, entry);
	return GX_RAN;
}

GATE("count-outside", "users are counted outside of the lock")
