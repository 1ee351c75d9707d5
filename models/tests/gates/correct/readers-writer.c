/* A readers-writer lock of its own make: requests read the table together; who adds a workspace to it writes alone. */
#include "../author.h"

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	unsigned readers;
	bool writer;
} rw = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, false};

static struct {
	const char *workspace;
	pthread_mutex_t lock;
} table[SLOTS];

static void begin(bool writes)
{
	pthread_mutex_lock(&rw.mutex);
	while (rw.writer || (writes && rw.readers))
		pthread_cond_wait(&rw.changed, &rw.mutex);
	if (writes)
		rw.writer = true;
	else
		rw.readers++;
	pthread_mutex_unlock(&rw.mutex);
}

static void end(bool writes)
{
	pthread_mutex_lock(&rw.mutex);
	if (writes)
		rw.writer = false;
	else
		rw.readers--;
	pthread_cond_broadcast(&rw.changed);
	pthread_mutex_unlock(&rw.mutex);
}

static int find(const char *workspace, bool adds)
{
	for (int i = 0; i < SLOTS; i++) {
		if (!table[i].workspace && adds) {
			table[i].workspace = workspace;
			pthread_mutex_init(&table[i].lock, NULL);
		}
		if (table[i].workspace && !strcmp(table[i].workspace, workspace))
			return i;
	}
	return -1;
}

static void *open_gate(void)
{
	return table;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	int at;

	(void)gate;
	begin(false);
	at = find(request->workspace, false);
	end(false);
	if (at < 0) {
		begin(true);
		at = find(request->workspace, true);
		end(true);
	}
	pthread_mutex_lock(&table[at].lock);
	run_legs(request);
	pthread_mutex_unlock(&table[at].lock);
	return GX_RAN;
}

GATE("readers-writer", "a readers-writer lock around the table of locks")
