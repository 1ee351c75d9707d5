/*
 * tls.c - thread-local variables of a plugin and of what it brings along: a block for each task, in its arena.
 *
 * Code that is loaded asks __tls_get_addr() for the address of such a variable, by the number of its object and an offset (Drepper: "ELF
 * handling for thread-local storage", 2013, the general and the local dynamic model). libc keeps a block per thread, of which there is one
 * here. A task's is made when it first asks, and lives as long as the task; threads of the service keep theirs.
 */
#include <stddef.h>
#include <string.h>

#include "posix/internal.h"
#include "posix/loading.h"

/* Of the ABI (psABI, TLS). */
struct tls_index {
	unsigned long module;
	unsigned long offset;
};
void *__tls_get_addr(struct tls_index *index);

enum { IMAGES_MAX = 4, ALIGNMENT_MAX = 4096 };

static struct {
	struct {
		struct gx_thread_local image;
		size_t at; /* in the block of a task */
	} part[IMAGES_MAX];
	unsigned count;
	size_t size;
	size_t alignment;
} locals;

void gx_posix_tls_clear(void)
{
	memset(&locals, 0, sizeof(locals));
	locals.alignment = 16;
}

bool gx_posix_tls_add(const struct gx_thread_local *image)
{
	size_t alignment = image->alignment ? image->alignment : 1;
	size_t at = (locals.size + alignment - 1) & ~(alignment - 1);

	if (locals.count == IMAGES_MAX || alignment > ALIGNMENT_MAX)
		return false;
	locals.part[locals.count].image = *image;
	locals.part[locals.count].at = at;
	locals.count++;
	locals.size = at + image->bytes;
	locals.alignment = alignment > locals.alignment ? alignment : locals.alignment;
	return true;
}

static unsigned char *make_block(void)
{
	unsigned char *block = gx_arena_alloc(locals.size, locals.alignment);

	gx_where_note_locals(block);
	memset(block, 0, locals.size);
	for (unsigned i = 0; i < locals.count; i++)
		memcpy(block + locals.part[i].at, locals.part[i].image.initial, locals.part[i].image.initial_bytes);
	return block;
}

static void *of_task(const struct tls_index *index, size_t at)
{
	struct gx_thread_own *own = gx_thread_own();

	if (!own->thread_locals)
		own->thread_locals = make_block();
	return own->thread_locals + at + index->offset;
}

static void *real_address(struct tls_index *index)
{
	static void *(*real)(struct tls_index * index);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "__tls_get_addr");
	return real(index);
}

/* Old compilers call it with a stack that is not lined up. */
#if defined(__x86_64__)
__attribute__((force_align_arg_pointer))
#endif
void *
__tls_get_addr(struct tls_index *index)
{
	for (unsigned i = 0; i < locals.count && gx_task_self(); i++)
		if (locals.part[i].image.module == index->module)
			return of_task(index, locals.part[i].at);
	return real_address(index);
}

void gx_posix_tls_end(void)
{
	struct gx_thread_own *own = gx_thread_own();

	if (own->thread_locals)
		gx_arena_free(own->thread_locals);
	own->thread_locals = NULL;
}
