#include "explore/hits.h"

static struct {
	bool listening;
	unsigned count;
	uint64_t keys[GX_HITS_PENDING_MAX];
} pending;

void gx_hits_listen(bool on)
{
	pending.listening = on;
	pending.count = 0;
}

void gx_explore_hit(uint64_t key)
{
	if (!pending.listening || pending.count == GX_HITS_PENDING_MAX)
		return;
	for (unsigned i = 0; i < pending.count; i++)
		if (pending.keys[i] == key)
			return;
	pending.keys[pending.count++] = key;
}

unsigned gx_hits_pending(void)
{
	return pending.count;
}

uint64_t gx_hits_pending_key(unsigned n)
{
	return pending.keys[n];
}

void gx_hits_forget(void)
{
	pending.count = 0;
}

bool gx_hits_take(uint64_t key)
{
	bool found = false;

	for (unsigned i = 0; i < pending.count; i++)
		found |= pending.keys[i] == key;
	gx_hits_forget();
	return found;
}
