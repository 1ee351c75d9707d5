/*
 * random.c - numbers from the system: the same in every execution, and different for every task and every call.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "posix/internal.h"

/* Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014 (SplitMix64). */
static uint64_t mix(uint64_t z)
{
	z += 0x9e3779b97f4a7c15ull;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* While a plugin is loaded there is one who asks. */
static uint64_t next(void)
{
	if (!gx_task_self())
		return mix(++gx_posix_loading_asked);
	return mix((uint64_t)gx_task_self()->path << 32 | ++gx_thread_own()->random);
}

static void fill(void *bytes, size_t size)
{
	unsigned char *at = bytes;

	while (size) {
		uint64_t word = next();
		size_t part = size < sizeof(word) ? size : sizeof(word);

		memcpy(at, &word, part);
		at += part;
		size -= part;
	}
}

ssize_t getrandom(void *bytes, size_t size, unsigned flags)
{
	if (!gx_posix_is_guest())
		return GX_REAL(getrandom)(bytes, size, flags);
	if (flags & ~(unsigned)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)) {
		errno = EINVAL;
		return -1;
	}
	fill(bytes, size);
	return (ssize_t)size;
}

/* At most 256 bytes at a time (getentropy(3)). */
int getentropy(void *bytes, size_t size)
{
	if (!gx_posix_is_guest())
		return GX_REAL(getentropy)(bytes, size);
	if (size > 256) {
		errno = EIO;
		return -1;
	}
	fill(bytes, size);
	return 0;
}

uint32_t arc4random(void)
{
	return gx_posix_is_guest() ? (uint32_t)next() : GX_REAL(arc4random)();
}

void arc4random_buf(void *bytes, size_t size)
{
	if (gx_posix_is_guest())
		fill(bytes, size);
	else
		GX_REAL(arc4random_buf)(bytes, size);
}

uint32_t arc4random_uniform(uint32_t bound)
{
	if (!gx_posix_is_guest())
		return GX_REAL(arc4random_uniform)(bound);
	return bound ? (uint32_t)(next() % bound) : 0;
}
