/* A hash map with chains: a lock per workspace, made on first use, freed by close(). */
#include "../author.h"

enum { BUCKETS = 8 };

struct node {
	struct node *next;
	char *key;
	pthread_mutex_t lock;
};

static pthread_mutex_t map_lock = PTHREAD_MUTEX_INITIALIZER;
static struct node *buckets[BUCKETS];

static void *open_gate(void)
{
	return buckets;
}

static void close_gate(void *gate)
{
	(void)gate;
	for (int i = 0; i < BUCKETS; i++)
		while (buckets[i]) {
			struct node *node = buckets[i];

			buckets[i] = node->next;
			pthread_mutex_destroy(&node->lock);
			free(node->key);
			free(node);
		}
}

static unsigned hash(const char *key)
{
	unsigned sum = 2166136261u;

	while (*key)
		sum = (sum ^ (unsigned char)*key++) * 16777619u;
	return sum % BUCKETS;
}

static pthread_mutex_t *lock_of(const char *key)
{
	unsigned bucket = hash(key);
	struct node *node;

	pthread_mutex_lock(&map_lock);
	for (node = buckets[bucket]; node; node = node->next)
		if (!strcmp(node->key, key))
			break;
	if (!node) {
		node = malloc(sizeof(*node));
		node->key = strdup(key);
		pthread_mutex_init(&node->lock, NULL);
		node->next = buckets[bucket];
		buckets[bucket] = node;
	}
	pthread_mutex_unlock(&map_lock);
	return &node->lock;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *lock = lock_of(request->workspace);

	(void)gate;
	pthread_mutex_lock(lock);
	gx_stop(request);
	gx_start(request);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("hash-map", "a hash map of locks")
