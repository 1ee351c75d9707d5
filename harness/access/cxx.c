/*
 * cxx.c - the compiled part of libstdc++: nodes of lists and trees, hashing, threads. All else of containers and strings the gate has itself,
 * instrumented (module/compile.c: -D_GLIBCXX_ASSERTIONS leaves no string to the library).
 *
 * The names are mangled, the structures those of libstdc++'s headers bits/stl_list.h, bits/stl_tree.h and bits/hashtable_policy.h, which its
 * ABI keeps. What the library does to a tree is seen by what it has changed.
 */
#include <stdint.h>
#include <string.h>

#include "access/internal.h"

/* ---- lists ---- */

struct link {
	struct link *next;
	struct link *previous;
};

static void hook(struct link *self, struct link *before)
{
	struct link *previous;

	WRITES(self, sizeof(*self));
	READS(&before->previous, sizeof(before->previous));
	previous = before->previous;
	WRITES(&previous->next, sizeof(previous->next));
	WRITES(&before->previous, sizeof(before->previous));
	self->next = before;
	self->previous = before->previous;
	before->previous->next = self;
	before->previous = self;
}

static void unhook(struct link *self)
{
	READS(self, sizeof(*self));
	WRITES(&self->previous->next, sizeof(self->next));
	WRITES(&self->next->previous, sizeof(self->previous));
	self->previous->next = self->next;
	self->next->previous = self->previous;
}

static void (*real_transfer)(struct link *, struct link *, struct link *);

/* From `first` to before `last`, to before `self`. */
static void transfer(struct link *self, struct link *first, struct link *last)
{

	if (self != last) {
		struct link *all[] = {self, first, last};

		for (unsigned i = 0; i < 3; i++) {
			READS(&all[i]->previous, sizeof(void *));
			WRITES(&all[i]->previous->next, sizeof(void *));
			WRITES(&all[i]->previous, sizeof(void *));
		}
	}
	real_transfer(self, first, last);
}

static void (*real_reverse)(struct link *);

static void reverse(struct link *self)
{
	struct link *at = self;

	do {
		READS(at, sizeof(*at));
		WRITES(at, sizeof(*at));
		at = at->next;
	} while (at != self);
	real_reverse(self);
}

static void (*real_swap)(struct link *, struct link *);

/* Of two lists the contents: their ends are told of it. */
static void swap(struct link *one, struct link *other)
{
	struct link *both[] = {one, other};

	for (unsigned i = 0; i < 2; i++) {
		READS(both[i], sizeof(*both[i]));
		WRITES(both[i], sizeof(*both[i]));
		WRITES(&both[i]->next->previous, sizeof(void *));
		WRITES(&both[i]->previous->next, sizeof(void *));
	}
	real_swap(one, other);
}

/* ---- trees ---- */

struct node {
	int color;
	struct node *parent;
	struct node *left;
	struct node *right;
};

static struct node *load(struct node *const *field, const void *code)
{
	gx_memory_access(field, sizeof(*field), false, code);
	return *field;
}

/* The next one in order; behind the last the header, whose parent is the root, and the root's parent it. */
static struct node *after(struct node *node)
{
	const void *code = CODE;
	struct node *above;

	if (load(&node->right, code)) {
		node = node->right;
		while (load(&node->left, code))
			node = node->left;
		return node;
	}
	above = load(&node->parent, code);
	while (node == load(&above->right, code)) {
		node = above;
		above = load(&above->parent, code);
	}
	return load(&node->right, code) != above ? above : node;
}

static struct node *before(struct node *node)
{
	const void *code = CODE;
	struct node *above;

	READS(&node->color, sizeof(node->color));
	if (!node->color && load(&load(&node->parent, code)->parent, code) == node) /* the header is red */
		return load(&node->right, code);
	if (load(&node->left, code)) {
		node = node->left;
		while (load(&node->right, code))
			node = node->right;
		return node;
	}
	above = load(&node->parent, code);
	while (node == load(&above->left, code)) {
		node = above;
		above = load(&above->parent, code);
	}
	return above;
}

/* Copies of the nodes that balancing may change: those on the way up to the header, with their children, and theirs. */
enum { KEPT_MAX = 1024, HIGH_MAX = 128 };
static struct {
	const struct node *at;
	struct node was;
} kept[KEPT_MAX];
static unsigned kept_count;

static void keep(const struct node *node)
{
	if (node && kept_count < KEPT_MAX)
		kept[kept_count++] = (typeof(kept[0])){.at = node, .was = *node};
}

static void keep_below(const struct node *node)
{
	const struct node *const children[] = {node->left, node->right};

	keep(node);
	for (unsigned i = 0; i < 2; i++)
		if (children[i]) {
			keep(children[i]);
			keep(children[i]->left);
			keep(children[i]->right);
		}
}

static void keep_all(const struct node *node, const struct node *header)
{
	kept_count = 0;
	keep(header);
	for (unsigned i = 0; node && node != header && i < HIGH_MAX; i++) {
		keep_below(node);
		node = node->parent;
	}
}

/* Those of a word that is another one now: kept here, since another task may come by while one is told of. */
enum { CHANGED_MAX = 128 };
struct changes {
	struct {
		const void *at;
		size_t size;
	} list[CHANGED_MAX];
	unsigned count;
};

static void compare(struct changes *changes, const void *now, const void *was, size_t size)
{
	if (!memcmp(now, was, size) || changes->count == CHANGED_MAX)
		return;
	changes->list[changes->count].at = now;
	changes->list[changes->count++].size = size;
}

static void note_changes(const void *code)
{
	struct changes changes = {.count = 0};

	for (unsigned i = 0; i < kept_count; i++) {
		const struct node *now = kept[i].at;
		const struct node *was = &kept[i].was;

		compare(&changes, &now->color, &was->color, sizeof(now->color));
		compare(&changes, &now->parent, &was->parent, sizeof(now->parent));
		compare(&changes, &now->left, &was->left, sizeof(now->left));
		compare(&changes, &now->right, &was->right, sizeof(now->right));
	}
	for (unsigned i = 0; i < changes.count; i++)
		gx_memory_access(changes.list[i].at, changes.list[i].size, true, code);
}

static void (*real_insert)(unsigned char, struct node *, struct node *, struct node *);

static void insert(unsigned char left, struct node *node, struct node *parent, struct node *header)
{

	WRITES(node, sizeof(*node));
	READS(&parent->color, sizeof(parent->color));
	keep_all(parent, header);
	real_insert(left, node, parent, header);
	note_changes(CODE);
}

static struct node *(*real_erase)(struct node *, struct node *);

/* The one that takes its place is the next in order, where it has both children. */
static struct node *erase(struct node *node, struct node *header)
{
	struct node *lowest = node;
	struct node *gone;

	READS(node, sizeof(*node));
	if (node->left && node->right)
		for (lowest = node->right; lowest->left; lowest = lowest->left)
			READS(&lowest->left, sizeof(lowest->left));
	keep_all(lowest, header);
	if (lowest != node)
		keep_below(node);
	gone = real_erase(node, header);
	note_changes(CODE);
	return gone;
}

/* ---- hashing ---- */

static size_t (*real_hash)(const void *, size_t, size_t);

static size_t hash_bytes(const void *bytes, size_t size, size_t seed)
{

	READS(bytes, size);
	return real_hash(bytes, size, seed);
}

struct policy {
	float most;
	size_t resize_at;
};

/* std::pair<bool, std::size_t>, which comes in two registers. */
struct need {
	unsigned char is;
	size_t count;
};

static struct need (*real_need)(struct policy *, size_t, size_t, size_t);

static struct need need_rehash(struct policy *policy, size_t buckets, size_t elements, size_t more)
{
	size_t before_that = policy->resize_at;
	struct need need;

	READS(policy, sizeof(*policy));
	need = real_need(policy, buckets, elements, more);
	if (policy->resize_at != before_that)
		WRITES(&policy->resize_at, sizeof(policy->resize_at));
	return need;
}

static size_t (*real_next)(struct policy *, size_t);

static size_t next_buckets(struct policy *policy, size_t count)
{

	READS(&policy->most, sizeof(policy->most));
	WRITES(&policy->resize_at, sizeof(policy->resize_at));
	return real_next(policy, count);
}

/* ---- threads: an object of std::thread is the number of one ---- */

static void (*real_thread)(uint64_t *, void *, void *);

static void start_thread(uint64_t *thread, void *state, void *unused)
{

	WRITES(thread, sizeof(*thread));
	real_thread(thread, state, unused);
}

static void (*real_join)(uint64_t *);

static void join(uint64_t *thread)
{

	READS(thread, sizeof(*thread));
	real_join(thread);
	WRITES(thread, sizeof(*thread));
}

static void (*real_detach)(uint64_t *);

static void detach(uint64_t *thread)
{

	READS(thread, sizeof(*thread));
	WRITES(thread, sizeof(*thread));
	real_detach(thread);
}

static void (*real_wait)(void *, void *);

/* std::unique_lock: a mutex, and whether it is held. */
static void cond_wait(void *cond, void *lock)
{

	READS(lock, sizeof(void *) + 1);
	real_wait(cond, lock);
}

/* ---- exceptions: the message that one is made of ---- */

struct string {
	const char *text;
	size_t length;
};

#define EXCEPTION(name)                                                        \
	static void (*real_##name##_of_text)(void *, const char *);            \
	static void (*real_##name##_of_string)(void *, const struct string *); \
	static void name##_of_text(void *self, const char *text)               \
	{                                                                      \
		READS_TEXT(text);                                              \
		real_##name##_of_text(self, text);                             \
	}                                                                      \
	static void name##_of_string(void *self, const struct string *of)      \
	{                                                                      \
		READS(of, sizeof(*of));                                        \
		READS(of->text, of->length + 1);                               \
		real_##name##_of_string(self, of);                             \
	}

/* clang-format off: two functions each */
EXCEPTION(logic_error)
EXCEPTION(invalid_argument)
EXCEPTION(domain_error)
EXCEPTION(length_error)
EXCEPTION(out_of_range)
EXCEPTION(runtime_error)
EXCEPTION(range_error)
EXCEPTION(overflow_error)
EXCEPTION(underflow_error)
/* clang-format on */

#define STRING "RKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE"
#define EXCEPTION_ROWS(mangled, name)                                                  \
	CXX(mangled "C1EPKc", name##_of_text, &real_##name##_of_text),                 \
		CXX(mangled "C2EPKc", name##_of_text, &real_##name##_of_text),         \
		CXX(mangled "C1E" STRING, name##_of_string, &real_##name##_of_string), \
		CXX(mangled "C2E" STRING, name##_of_string, &real_##name##_of_string)

#define CXX(mangled, stand_in, real)                               \
	{                                                          \
		mangled, (void (*)(void))stand_in, (void **)(real) \
	}

/* clang-format off: a row each */
const struct gx_access_row gx_access_cxx[] = {
	CXX("_ZNSt8__detail15_List_node_base7_M_hookEPS0_", hook, NULL),
	CXX("_ZNSt8__detail15_List_node_base9_M_unhookEv", unhook, NULL),
	CXX("_ZNSt8__detail15_List_node_base11_M_transferEPS0_S1_", transfer, &real_transfer),
	CXX("_ZNSt8__detail15_List_node_base10_M_reverseEv", reverse, &real_reverse),
	CXX("_ZNSt8__detail15_List_node_base4swapERS0_S1_", swap, &real_swap),
	CXX("_ZSt18_Rb_tree_incrementPSt18_Rb_tree_node_base", after, NULL),
	CXX("_ZSt18_Rb_tree_incrementPKSt18_Rb_tree_node_base", after, NULL),
	CXX("_ZSt18_Rb_tree_decrementPSt18_Rb_tree_node_base", before, NULL),
	CXX("_ZSt18_Rb_tree_decrementPKSt18_Rb_tree_node_base", before, NULL),
	CXX("_ZSt29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_", insert, &real_insert),
	CXX("_ZSt28_Rb_tree_rebalance_for_erasePSt18_Rb_tree_node_baseRS_", erase, &real_erase),
	CXX("_ZSt11_Hash_bytesPKvmm", hash_bytes, &real_hash),
	CXX("_ZNKSt8__detail20_Prime_rehash_policy14_M_need_rehashEmmm", need_rehash, &real_need),
	CXX("_ZNKSt8__detail20_Prime_rehash_policy11_M_next_bktEm", next_buckets, &real_next),
	CXX("_ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE", start_thread,
	    &real_thread),
	CXX("_ZNSt6thread4joinEv", join, &real_join),
	CXX("_ZNSt6thread6detachEv", detach, &real_detach),
	CXX("_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE", cond_wait, &real_wait),
	EXCEPTION_ROWS("_ZNSt11logic_error", logic_error),
	EXCEPTION_ROWS("_ZNSt16invalid_argument", invalid_argument),
	EXCEPTION_ROWS("_ZNSt12domain_error", domain_error),
	EXCEPTION_ROWS("_ZNSt12length_error", length_error),
	EXCEPTION_ROWS("_ZNSt12out_of_range", out_of_range),
	EXCEPTION_ROWS("_ZNSt13runtime_error", runtime_error),
	EXCEPTION_ROWS("_ZNSt11range_error", range_error),
	EXCEPTION_ROWS("_ZNSt14overflow_error", overflow_error),
	EXCEPTION_ROWS("_ZNSt15underflow_error", underflow_error),
	{NULL, NULL, NULL},
};
/* clang-format on */
