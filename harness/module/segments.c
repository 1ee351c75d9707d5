/*
 * segments.c - a plugin's static data, and that of the libraries that came with it: where it is, and as it was when the plugin had been
 * loaded; and what it had allocated by then.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/task.h"
#include "module/internal.h"
#include "posix/loading.h"

enum { STATIC_BYTES_MAX = 1 << 20 /* each state of a search compares all of them */ };

struct search {
	struct gx_plugin *plugin;
	const struct gx_objects *objects;
	unsigned object; /* the one that is looked for */
	bool too_many;
	bool too_local; /* thread-local variables of too many objects, or such as cannot be had */
	bool runs_stacks;
};

static void add_segment(struct search *search, uintptr_t from, uintptr_t to)
{
	struct gx_plugin *plugin = search->plugin;

	if (from >= to)
		return;
	if (plugin->count == GX_WORLD_ADOPTED) {
		search->too_many = true;
		return;
	}
	plugin->segments[plugin->count++] = (struct gx_segment){.base = (unsigned char *)from, .size = to - from};
}

static void add_local(struct search *search, const struct dl_phdr_info *info, const ElfW(Phdr) * phdr)
{
	struct gx_plugin *plugin = search->plugin;
	const struct link_map *map = search->objects->object[search->object].map;

	/* Code that knows where in libc's block of the thread they lie asks nobody. */
	if (plugin->local_count == GX_LOCALS_OF_PLUGIN || gx_module_dynamic(map, DT_FLAGS) & DF_STATIC_TLS ||
	    gx_module_has_tls_descriptors(map)) {
		search->too_local = true;
		return;
	}
	plugin->locals[plugin->local_count++] = (struct gx_thread_local){
		.module = info->dlpi_tls_modid,
		.initial = (const void *)(info->dlpi_addr + phdr->p_vaddr),
		.initial_bytes = phdr->p_filesz,
		.bytes = phdr->p_memsz,
		.alignment = phdr->p_align,
	};
}

/* Writable, less what the loader makes read-only again once it has relocated it (RELRO, whole pages). */
static int look_at_object(struct dl_phdr_info *info, size_t size, void *data)
{
	struct search *search = data;
	uintptr_t relro = 0;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size;
	if (info->dlpi_addr != search->objects->object[search->object].map->l_addr)
		return 0;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type == PT_GNU_RELRO)
			relro = (info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz) &
				~(page - 1);
		search->runs_stacks |= gx_module_runs_stacks(&info->dlpi_phdr[i]);
		if (info->dlpi_phdr[i].p_type == PT_TLS && !search->objects->object[search->object].is_language)
			add_local(search, info, &info->dlpi_phdr[i]);
	}
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *phdr = &info->dlpi_phdr[i];
		uintptr_t from = info->dlpi_addr + phdr->p_vaddr;
		uintptr_t to = from + phdr->p_memsz;

		if (phdr->p_type == PT_LOAD && phdr->p_flags & PF_W)
			add_segment(search, relro > from ? relro : from, to);
	}
	return 1;
}

/* What libc keeps between calls, and the harness in its place. */
static void add_statics(struct search *search)
{
	unsigned long size;
	uintptr_t base = (uintptr_t)gx_posix_statics(&size);

	add_segment(search, base, base + size);
}

enum gx_status gx_module_find_segments(struct gx_plugin *plugin, const struct gx_objects *objects, const char *path,
				       struct gx_error *err)
{
	struct search search = {.plugin = plugin, .objects = objects};
	size_t bytes = 0;

	for (; search.object < objects->count; search.object++) {
		dl_iterate_phdr(look_at_object, &search);
		if (search.runs_stacks)
			return gx_module_refuse(
				err,
				"%s: needs %.200s, which asks for executable stacks, which gatecrash does not have; %s",
				path, gx_module_soname(objects->object[search.object].map), gx_module_stacks_advice);
		if (search.too_local)
			return gx_module_refuse(
				err,
				"%s: %.200s%shas thread-local variables whose place is fixed (-ftls-model=initial-exec) or described "
				"(-mtls-dialect=gnu2), or more than %d objects with some; build it without that",
				path, search.object ? gx_module_soname(objects->object[search.object].map) : "",
				search.object ? ", which it needs, " : "", GX_LOCALS_OF_PLUGIN);
	}
	add_statics(&search);
	for (unsigned i = 0; i < plugin->count; i++)
		bytes += plugin->segments[i].size;
	if (search.too_many)
		return gx_module_refuse(err, "%s: more than %d writable segments", path, GX_WORLD_ADOPTED);
	if (bytes > STATIC_BYTES_MAX)
		return gx_module_refuse(
			err,
			"%s: has %zu KiB of writable static data, and %d are too many to be saved with every state",
			path, bytes >> 10, STATIC_BYTES_MAX >> 10);
	return GX_OK;
}

static unsigned char *copy_of(const void *bytes, size_t size)
{
	unsigned char *copy = malloc(size);

	return copy ? memcpy(copy, bytes, size) : NULL;
}

enum gx_status gx_module_keep_pristine(struct gx_plugin *plugin, const struct gx_plugin *twin, const char *path,
				       struct gx_error *err)
{
	bool kept = true;

	for (unsigned i = 0; i < plugin->count; i++) {
		struct gx_segment *segment = &plugin->segments[i];

		segment->pristine = copy_of(twin ? twin->segments[i].pristine : segment->base, segment->size);
		kept &= segment->pristine != NULL;
	}
	plugin->saw_time |= twin && twin->saw_time;
	plugin->heap_bytes = twin ? twin->heap_bytes : gx_arena_loaded_bytes();
	if (plugin->heap_bytes) {
		plugin->heap = copy_of(twin ? twin->heap : gx_arena_loaded(), plugin->heap_bytes);
		kept &= plugin->heap != NULL;
	}
	return kept ? GX_OK : gx_fail(err, GX_ENOMEM, "out of memory for the static data of %s", path);
}

void gx_module_put_back(const struct gx_plugin *plugin)
{
	for (unsigned i = 0; i < plugin->count; i++)
		if (plugin->segments[i].pristine)
			memcpy(plugin->segments[i].base, plugin->segments[i].pristine, plugin->segments[i].size);
	(void)!gx_arena_put_loaded(plugin->heap, plugin->heap ? plugin->heap_bytes : 0);
}

void gx_module_forget(struct gx_plugin *plugin)
{
	for (unsigned i = 0; i < plugin->count; i++)
		free(plugin->segments[i].pristine);
	free(plugin->heap);
	gx_module_forget_unwatched(&plugin->unwatched);
}
