/* pthread's spin locks protect flags; who finds one set sleeps. */
#include "../author.h"

static struct {
	pthread_spinlock_t spin;
	bool busy;
} slots[SLOTS];

static void *open_gate(void)
{
	for (unsigned i = 0; i < SLOTS; i++)
		pthread_spin_init(&slots[i].spin, PTHREAD_PROCESS_PRIVATE);
	return slots;
}

static void close_gate(void *gate)
{
	(void)gate;
	for (unsigned i = 0; i < SLOTS; i++)
		pthread_spin_destroy(&slots[i].spin);
}

static bool enters(unsigned slot)
{
	bool free;

	pthread_spin_lock(&slots[slot].spin);
	free = !slots[slot].busy;
	slots[slot].busy = true;
	pthread_spin_unlock(&slots[slot].spin);
	return free;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	while (!enters(slot))
		sleep_ms(100);
	run_legs(request);
	pthread_spin_lock(&slots[slot].spin);
	slots[slot].busy = false;
	pthread_spin_unlock(&slots[slot].spin);
	return GX_RAN;
}

GATE("spin-pthread", "flags under spin locks")
