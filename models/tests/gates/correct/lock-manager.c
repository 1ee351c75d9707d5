/* A manager thread owns the table of who holds what; callers send it "acquire" and "release" and wait for the grant. */
#include "../author.h"

struct message {
	bool acquires;
	unsigned slot;
	sem_t *grant;
	struct message *next;
};

static struct {
	pthread_mutex_t mutex;
	sem_t mail;
	struct message *first, **last;
	pthread_t thread;
} manager = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void send_message(bool acquires, unsigned slot, sem_t *grant)
{
	struct message *message = malloc(sizeof(*message));

	*message = (struct message){acquires, slot, grant, NULL};
	pthread_mutex_lock(&manager.mutex);
	*manager.last = message;
	manager.last = &message->next;
	pthread_mutex_unlock(&manager.mutex);
	sem_post(&manager.mail);
}

static struct message *receive(void)
{
	struct message *message;

	sem_wait(&manager.mail);
	pthread_mutex_lock(&manager.mutex);
	message = manager.first;
	if (!(manager.first = message->next))
		manager.last = &manager.first;
	pthread_mutex_unlock(&manager.mutex);
	return message;
}

static void *manage(void *arg)
{
	sem_t *waiting[SLOTS][8];
	unsigned count[SLOTS] = {0};
	bool held[SLOTS] = {false};

	(void)arg;
	for (;;) {
		struct message *message = receive();
		unsigned slot = message->slot;

		if (slot == SLOTS) {
			free(message);
			return NULL;
		}
		if (message->acquires)
			waiting[slot][count[slot]++] = message->grant;
		else
			held[slot] = false;
		free(message);
		if (!held[slot] && count[slot]) {
			sem_t *grant = waiting[slot][0];

			held[slot] = true;
			memmove(&waiting[slot][0], &waiting[slot][1], --count[slot] * sizeof(grant));
			sem_post(grant);
		}
	}
}

static void *open_gate(void)
{
	manager.last = &manager.first;
	sem_init(&manager.mail, 0, 0);
	return pthread_create(&manager.thread, NULL, manage, NULL) ? NULL : &manager;
}

static void close_gate(void *gate)
{
	(void)gate;
	send_message(false, SLOTS, NULL);
	pthread_join(manager.thread, NULL);
	sem_destroy(&manager.mail);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	sem_t grant;

	(void)gate;
	sem_init(&grant, 0, 0);
	send_message(true, slot_of(request->workspace), &grant);
	sem_wait(&grant);
	sem_destroy(&grant);
	run_legs(request);
	send_message(false, slot_of(request->workspace), NULL);
	return GX_RAN;
}

GATE("lock-manager", "a thread grants and takes back")
