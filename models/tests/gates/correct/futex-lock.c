/* A lock of one word, by futex: free, held, held and waited for. */
#include "../author.h"

#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>

static atomic_int words[SLOTS];

static void *open_gate(void)
{
	return words;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static void lock(atomic_int *word)
{
	int seen = 0;

	if (atomic_compare_exchange_strong(word, &seen, 1))
		return;
	while (atomic_exchange(word, 2))
		syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
}

static void unlock(atomic_int *word)
{
	if (atomic_exchange(word, 0) == 2)
		syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	atomic_int *word = &words[slot_of(request->workspace)];

	(void)gate;
	lock(word);
	run_legs(request);
	unlock(word);
	return GX_RAN;
}

GATE("futex-lock", "a lock of futexes")
