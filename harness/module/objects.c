/*
 * objects.c - a plugin and the libraries that come with it.
 *
 * Whatever the plugin needs, and what that needs in turn. libc and the loader are the harness's, too, and stay out of it: what of them may be
 * called says calls.c. The libraries of the language are known; of all others the calls are looked at as the plugin's own are.
 */
#include <dlfcn.h>
#include <string.h>
#include <sys/auxv.h>

#include "module/internal.h"

uintptr_t gx_module_dynamic(const struct link_map *map, int64_t tag)
{
	for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++)
		if (entry->d_tag == tag)
			return entry->d_un.d_ptr;
	return 0;
}

static const char *file_name(const struct link_map *map)
{
	const char *slash = strrchr(map->l_name, '/');

	return slash ? slash + 1 : map->l_name;
}

const char *gx_module_soname(const struct link_map *map)
{
	uintptr_t at = gx_module_dynamic(map, DT_SONAME);
	uintptr_t strings = gx_module_dynamic(map, DT_STRTAB);

	if (strings < map->l_addr)
		strings += map->l_addr; /* the kernel's own object, which nobody relocates */
	return at ? (const char *)strings + at : file_name(map);
}

static bool is_one_of(const char *name, const char *const *names)
{
	while (*names && strcmp(name, *names) != 0)
		names++;
	return *names;
}

static bool is_c(const char *name)
{
	static const char *const names[] = {"libc.so.6",  "libpthread.so.0", "libdl.so.2",
					    "librt.so.1", "libutil.so.1",    NULL};

	return is_one_of(name, names) || !strncmp(name, "ld-linux", strlen("ld-linux"));
}

static bool is_language(const char *name)
{
	static const char *const names[] = {"libm.so.6", "libmvec.so.1", "libgcc_s.so.1", "libstdc++.so.6", NULL};

	return is_one_of(name, names);
}

/* Among all that are loaded: from any of them one comes to all. */
static const struct link_map *find(const struct link_map *any, const char *name)
{
	while (any->l_prev)
		any = any->l_prev;
	for (; any; any = any->l_next)
		if (*any->l_name && (!strcmp(file_name(any), name) || !strcmp(gx_module_soname(any), name)))
			return any;
	return NULL;
}

static const struct link_map *find_loader(const struct link_map *any)
{
	while (any->l_prev)
		any = any->l_prev;
	while (any && any->l_addr != getauxval(AT_BASE))
		any = any->l_next;
	return any;
}

static bool has(const struct gx_objects *objects, const struct link_map *map)
{
	for (unsigned i = 0; i < objects->count; i++)
		if (objects->object[i].map == map)
			return true;
	return false;
}

static bool add(struct gx_objects *objects, const struct link_map *map, const char *name)
{
	if (!map || has(objects, map) || gx_module_is_in_name_only(name))
		return true;
	if (is_c(name)) {
		if (!strcmp(name, "libc.so.6"))
			objects->libc = map;
		return true;
	}
	if (objects->count == GX_OBJECTS_OF_PLUGIN)
		return false;
	objects->cxx |= !strcmp(name, "libstdc++.so.6");
	objects->object[objects->count].map = map;
	objects->object[objects->count].is_language = is_language(name);
	objects->count++;
	return true;
}

enum gx_status gx_module_find_objects(struct gx_objects *objects, const struct link_map *plugin, const char *path,
				      struct gx_error *err)
{
	*objects = (struct gx_objects){.count = 1,
				       .object[0].map = plugin,
				       .libc = find(plugin, "libc.so.6"),
				       .loader = find_loader(plugin),
				       .mathematics = find(plugin, "libm.so.6")};
	for (unsigned i = 0; i < objects->count; i++) {
		const struct link_map *map = objects->object[i].map;
		const char *strings = (const char *)gx_module_dynamic(map, DT_STRTAB);

		for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
			const char *name = strings + entry->d_un.d_val;

			if (entry->d_tag == DT_NEEDED && !add(objects, find(plugin, name), name))
				return gx_module_refuse(err, "%s: needs more than %d libraries", path,
							GX_OBJECTS_OF_PLUGIN - 1);
		}
	}
	return GX_OK;
}

/* One that is there already is not loaded with a plugin: it begins before all of them, and keeps libc's memory. */
void gx_module_load_languages(void)
{
	static const char *const names[] = {"libm.so.6", "libgcc_s.so.1", "libstdc++.so.6"};
	static bool done;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !done; i++)
		(void)!dlopen(names[i], RTLD_NOW | RTLD_GLOBAL);
	done = true;
}
