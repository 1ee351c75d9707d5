/*
 * key.c - what a thread keeps for itself: pthread_key_*, and the destructors of C++'s thread_local variables.
 *
 * A key is a block of its maker's arena, so that it is the same in every interleaving, and its number where that lies; small numbers are keys
 * that libc gave to a library of the language before there were tasks. A thread's values are a list in its own arena, by key, without those
 * that are NULL: the bytes follow from what there is.
 *
 * Threads of the service live on when a request is done; so the values that a gate keeps there stay, and nobody destroys them.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "posix/internal.h"

/* The C++ ABI's (Itanium), and glibc's behind it. */
int __cxa_thread_atexit(void (*destroy)(void *), void *object, void *image);
int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *image);

#define KEY_MADE 0x6b65796d6164656bull

struct key {
	uint64_t mark;
	void (*destroy)(void *value);
};

struct gx_key_value {
	struct gx_key_value *next;
	uint64_t key;
	void *value;
};

struct gx_at_exit {
	struct gx_at_exit *before;
	void (*destroy)(void *object);
	void *object;
};

enum { KEY_SHIFT = 4, LIBC_KEYS = PTHREAD_KEYS_MAX };

/* AddressSanitizer's runtime keeps what it knows of the thread that all tasks run in by a key of libc's. */
static inline bool is_for_the_sanitizer(pthread_key_t key)
{
	return GX_ASAN && key < LIBC_KEYS;
}

static struct key *block_of(pthread_key_t key)
{
	return (struct key *)(GX_WORLD_BASE + ((uintptr_t)key << KEY_SHIFT));
}

/* A key that there is. */
static bool is_key(pthread_key_t key)
{
	const struct key *block = block_of(key);

	if (key < LIBC_KEYS)
		return true;
	return gx_arena_owns(block) && gx_arena_is_live(block) && block->mark == KEY_MADE;
}

int pthread_key_create(pthread_key_t *key, void (*destroy)(void *))
{
	struct key *block;

	if (!gx_posix_is_guest())
		return GX_REAL(pthread_key_create)(key, destroy);
	block = gx_task_self() ? gx_arena_alloc(sizeof(*block), 16) : gx_arena_alloc_loading(sizeof(*block), 16);
	if (!block)
		return EAGAIN;
	*block = (struct key){.mark = KEY_MADE, .destroy = destroy};
	*key = (pthread_key_t)(((uintptr_t)block - GX_WORLD_BASE) >> KEY_SHIFT);
	return 0;
}

/* Nobody's value is destroyed by that (POSIX), and whoever has one keeps it, unseen. */
int pthread_key_delete(pthread_key_t key)
{
	if (!gx_posix_is_guest())
		return GX_REAL(pthread_key_delete)(key);
	if (!is_key(key) || key < LIBC_KEYS) {
		if (gx_task_self())
			gx_posix_misuse(GX_POSIX_USE_DESTROYED, 0, NULL, 0);
		return EINVAL;
	}
	gx_arena_free(block_of(key));
	return 0;
}

/* Where the thread's value of the key stands, or would stand. */
static struct gx_key_value **find(pthread_key_t key)
{
	struct gx_key_value **at = &gx_thread_own()->values;

	while (*at && (*at)->key < key)
		at = &(*at)->next;
	return at;
}

static void remove_value(struct gx_key_value **at)
{
	struct gx_key_value *gone = *at;

	*at = gone->next;
	gx_arena_free(gone);
}

static int set(pthread_key_t key, const void *value)
{
	struct gx_key_value **at = find(key);
	struct gx_key_value *made;

	if (*at && (*at)->key == key) {
		(*at)->value = (void *)(uintptr_t)value;
		if (!value)
			remove_value(at);
	} else if (value) {
		made = gx_arena_alloc(sizeof(*made), 16);
		*made = (struct gx_key_value){.next = *at, .key = key, .value = (void *)(uintptr_t)value};
		*at = made;
	}
	return 0;
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
	if (!gx_posix_is_guest() || is_for_the_sanitizer(key))
		return GX_REAL(pthread_setspecific)(key, value);
	if (!gx_task_self()) {
		gx_posix_loading_refuse("what a thread keeps for itself");
		return EINVAL;
	}
	if (is_key(key))
		return set(key, value);
	gx_posix_misuse(GX_POSIX_USE_DESTROYED, 0, NULL, 0);
	return EINVAL;
}

void *pthread_getspecific(pthread_key_t key)
{
	struct gx_key_value *found;

	if (is_for_the_sanitizer(key))
		return GX_REAL(pthread_getspecific)(key);
	if (!gx_task_self())
		return gx_posix_is_guest() ? NULL : GX_REAL(pthread_getspecific)(key);
	if (!is_key(key)) {
		gx_posix_misuse(GX_POSIX_USE_DESTROYED, 0, NULL, 0);
		return NULL;
	}
	found = *find(key);
	return found && found->key == key ? found->value : NULL;
}

/* ---- C++: thread_local variables with destructors ---- */

int __cxa_thread_atexit(void (*destroy)(void *), void *object, void *image)
{
	struct gx_at_exit *entry;

	if (!gx_task_self())
		return gx_posix_is_guest() ? 0 : __cxa_thread_atexit_impl(destroy, object, image);
	entry = gx_arena_alloc(sizeof(*entry), 16);
	*entry = (struct gx_at_exit){.before = gx_thread_own()->at_exit, .destroy = destroy, .object = object};
	gx_thread_own()->at_exit = entry;
	return 0;
}

static void destroy_variables(void)
{
	while (gx_thread_own()->at_exit) {
		struct gx_at_exit entry = *gx_thread_own()->at_exit;

		gx_arena_free(gx_thread_own()->at_exit);
		gx_thread_own()->at_exit = entry.before;
		entry.destroy(entry.object);
	}
}

/* ---- the end of a thread ---- */

/* The key is there still and has a destructor. */
static void (*destructor_of(const struct gx_key_value *value))(void *)
{
	pthread_key_t key = (pthread_key_t)value->key;

	return key >= LIBC_KEYS && is_key(key) ? block_of(key)->destroy : NULL;
}

/* So many are to be called. */
static unsigned due(const struct gx_task *task)
{
	unsigned count = 0;

	for (const struct gx_key_value *value = gx_thread_own_of(task)->values; value; value = value->next)
		count += destructor_of(value) != NULL;
	return count;
}

static unsigned whose(const struct gx_task *task)
{
	return due(task) ? due(task) : 1;
}

/* The nth of those becomes NULL, and its destructor is called with what it was. */
static void destroy_value(unsigned nth)
{
	struct gx_key_value **at = &gx_thread_own()->values;
	void (*destroy)(void *);
	void *value;

	while (!destructor_of(*at) || nth--)
		at = &(*at)->next;
	destroy = destructor_of(*at);
	value = (*at)->value;
	remove_value(at);
	destroy(value);
}

/* Each once; what they set is for the next round. In which order nobody says (POSIX, pthread_key_create()): it is a choice. */
static bool destroy_values(void)
{
	unsigned count = due(gx_task_self());

	for (unsigned left = count; left && due(gx_task_self()); left--) {
		unsigned nth = 0;

		if (due(gx_task_self()) > 1) {
			gx_point(&(struct gx_op){.label = GX_L_KEY_DESTROY,
						 .alternatives = whose,
						 .deadline = GX_FOREVER});
			nth = gx_task_self()->alternative;
		}
		if (due(gx_task_self())) /* still: somebody may have deleted a key meanwhile */
			destroy_value(nth);
	}
	return count;
}

void gx_keys_end(void)
{
	unsigned rounds = PTHREAD_DESTRUCTOR_ITERATIONS;

	destroy_variables();
	while (gx_thread_own()->values && rounds-- && destroy_values())
		;
	while (gx_thread_own()->values)
		remove_value(&gx_thread_own()->values);
	gx_posix_tls_end();
}
