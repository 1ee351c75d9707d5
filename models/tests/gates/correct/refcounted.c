/* A table of locks that live as long as somebody uses them: made by the first, destroyed and freed by the last. */
#include "../author.h"

struct entry {
	struct entry *next;
	unsigned users;
	pthread_mutex_t lock;
	char workspace[64];
};

struct table {
	pthread_mutex_t mutex;
	struct entry *entries;
};

static void *open_gate(void)
{
	struct table *table = calloc(1, sizeof(*table));

	pthread_mutex_init(&table->mutex, NULL);
	return table;
}

static void close_gate(void *gate)
{
	struct table *table = gate;

	pthread_mutex_destroy(&table->mutex);
	free(table);
}

static struct entry *acquire(struct table *table, const char *workspace)
{
	struct entry *entry;

	pthread_mutex_lock(&table->mutex);
	for (entry = table->entries; entry && strcmp(entry->workspace, workspace) != 0; entry = entry->next)
		;
	if (!entry) {
		entry = calloc(1, sizeof(*entry));
		snprintf(entry->workspace, sizeof(entry->workspace), "%s", workspace);
		pthread_mutex_init(&entry->lock, NULL);
		entry->next = table->entries;
		table->entries = entry;
	}
	entry->users++;
	pthread_mutex_unlock(&table->mutex);
	pthread_mutex_lock(&entry->lock);
	return entry;
}

static void release(struct table *table, struct entry *entry)
{
	pthread_mutex_unlock(&entry->lock);
	pthread_mutex_lock(&table->mutex);
	if (--entry->users == 0) {
		struct entry **link = &table->entries;

		while (*link != entry)
			link = &(*link)->next;
		*link = entry->next;
		pthread_mutex_destroy(&entry->lock);
		free(entry);
	}
	pthread_mutex_unlock(&table->mutex);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct entry *entry = acquire(gate, request->workspace);

	run_legs(request);
	release(gate, entry);
	return GX_RAN;
}

GATE("refcounted", "locks live as long as they are used")
