/* A sorted array of names, grown by realloc() and searched by bsearch(); the locks hang from it. */
#include "../author.h"

struct named {
	char *workspace;
	pthread_mutex_t *lock;
};

static struct {
	pthread_mutex_t mutex;
	struct named *rows;
	size_t count;
} table = {PTHREAD_MUTEX_INITIALIZER, NULL, 0};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->workspace, ((const struct named *)b)->workspace);
}

static void *open_gate(void)
{
	return &table;
}

static void close_gate(void *gate)
{
	(void)gate;
	while (table.count--) {
		free(table.rows[table.count].workspace);
		free(table.rows[table.count].lock);
	}
	free(table.rows);
}

static pthread_mutex_t *lock_of(const char *workspace)
{
	struct named key = {(char *)workspace, NULL};
	struct named *row;

	pthread_mutex_lock(&table.mutex);
	row = table.count ? bsearch(&key, table.rows, table.count, sizeof(key), by_name) : NULL;
	if (!row) {
		table.rows = realloc(table.rows, (table.count + 1) * sizeof(key));
		key = (struct named){strdup(workspace), malloc(sizeof(pthread_mutex_t))};
		pthread_mutex_init(key.lock, NULL);
		table.rows[table.count++] = key;
		qsort(table.rows, table.count, sizeof(key), by_name);
		row = &key;
	}
	key = *row;
	pthread_mutex_unlock(&table.mutex);
	return key.lock;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *lock = lock_of(request->workspace);

	(void)gate;
	pthread_mutex_lock(lock);
	run_legs(request);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("sorted-table", "a sorted table that grows")
