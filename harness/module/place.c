#include "module/place.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

/*
 * Below the libraries and what the harness maps later, above all that sanitizers want for themselves; that part belongs to a program's
 * memory under each of them.
 */
#define FIRST_ROOM 0x7f0000000000ull
#define ROOM_BYTES (64ull << 20)
#define ROOMS      8192u

enum { PAGE_BYTES = 4096, FILLS_MAX = 512 };

static struct {
	struct {
		void *base;
		size_t size;
	} fill[FILLS_MAX];
	unsigned count;
} filled;

uint64_t gx_place_of(const char *path)
{
	uint64_t place = 0;
	void *bytes = MAP_FAILED;
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (!fstat(fd, &status) && status.st_size > 0)
		bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (bytes == MAP_FAILED)
		return 0;
	place = XXH3_64bits(bytes, (size_t)status.st_size);
	munmap(bytes, (size_t)status.st_size);
	return place;
}

/* Take the highest hole of this size, if it is not below `floor`. */
static bool fill(size_t size, uintptr_t floor)
{
	void *base = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (base == MAP_FAILED)
		return false;
	if ((uintptr_t)base < floor) {
		munmap(base, size);
		return false;
	}
	filled.fill[filled.count].base = base;
	filled.fill[filled.count].size = size;
	filled.count++;
	return true;
}

/* From large to small, each size until there is no more of it: down to the single page. */
void gx_place_begin(uint64_t place)
{
	uintptr_t end_of_room = FIRST_ROOM + (place % ROOMS + 1) * ROOM_BYTES;

	for (size_t size = ROOMS * ROOM_BYTES; size >= PAGE_BYTES; size /= 2)
		while (filled.count < FILLS_MAX && fill(size, end_of_room))
			;
}

void gx_place_end(void)
{
	while (filled.count) {
		filled.count--;
		munmap(filled.fill[filled.count].base, filled.fill[filled.count].size);
	}
}
