#include "module/plugin.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/single_threaded.h>
#include <unistd.h>

#include "core/sanitizer.h"
#include "core/task.h"
#include "module/internal.h"
#include "module/place.h"
#include "posix/loading.h"

/* All that are loaded: a file that is loaded twice has one set of static data, which the first may have changed since. */
static struct gx_plugin *loaded;

static const struct gx_plugin *twin_of(const struct gx_plugin *plugin)
{
	const struct gx_plugin *twin = loaded;

	while (twin && (twin == plugin || twin->handle != plugin->handle))
		twin = twin->next;
	return twin;
}

/* The end of the process would run the destructors of what is loaded still, in whatever state of the world there is. */
static void end_without_destructors(int status, void *unused GX_UNUSED)
{
	if (!loaded || GX_ASAN)
		return;
	fflush(NULL);
	_exit(status);
}

/* dlopen() searches for names without a slash, and its messages begin with the path that it was given. */
static enum gx_status open_file(struct gx_plugin *plugin, const char *path, struct gx_error *err)
{
	char resolved[PATH_MAX];
	const char *why;
	size_t length;

	if (!realpath(path, resolved))
		return gx_module_refuse(err, "%s: cannot open the gate: %s", path, strerror(errno));
	gx_place_begin(gx_place_of(resolved));
	gx_posix_loading_begin();
	plugin->handle = dlopen(resolved, RTLD_NOW | RTLD_LOCAL);
	gx_posix_loading_end();
	gx_place_end();
	if (plugin->handle)
		return GX_OK;
	why = dlerror();
	length = strlen(resolved);
	if (!strncmp(why, resolved, length) && !strncmp(why + length, ": ", 2))
		why += length + 2;
	return gx_module_refuse(err, "%s: cannot load the gate: %s", path, why);
}

static enum gx_status find_gate(struct gx_plugin *plugin, const char *path, struct gx_error *err)
{
	const struct gx_gate *(*entry)(void);

	*(void **)(&entry) = dlsym(plugin->handle, "gx_gate_plugin");
	if (!entry)
		return gx_module_refuse(
			err,
			"%s: does not export gx_gate_plugin(); define const struct gx_gate *gx_gate_plugin(void), and do not hide it (-fvisibility)",
			path);
	gx_posix_loading_begin();
	plugin->gate = entry();
	gx_posix_loading_end();
	/* A copy of a linked-in gate, global name and all: the program's own symbols come first. */
	if (plugin->gate && gx_module_is_of_the_program(plugin->gate))
		return gx_module_refuse(
			err,
			"%s: gx_gate_plugin() returned a gate of gatecrash's own: the variable has the same name; make it static",
			path);
	return gx_module_check_gate(plugin->gate, path, err);
}

/* What it did while it was loaded that cannot be had, or cannot be put back. */
static enum gx_status check_loading(const char *path, struct gx_error *err)
{
	const char *refused = gx_posix_loading_refused();

	return refused ? gx_module_refuse(err, "%s: asks for %s while it is loaded, and cannot have that before open()",
					  path, refused)
		       : GX_OK;
}

static enum gx_status load_objects(struct gx_plugin *plugin, struct gx_objects *objects, const char *path,
				   struct gx_error *err)
{
	struct link_map *map = NULL;
	enum gx_status rc = open_file(plugin, path, err);

	if (rc != GX_OK)
		return rc;
	if (dlinfo(plugin->handle, RTLD_DI_LINKMAP, &map))
		return gx_fail(err, GX_ESYSTEM, "%s: dlinfo: %s", path, dlerror());
	return gx_module_find_objects(objects, map, path, err);
}

/* Before the first. */
static void prepare(void)
{
	static bool prepared;

	if (prepared)
		return;
	prepared = true;
	/* The harness has one thread, the program under test has many: its shared_ptr count as they would there. */
	__libc_single_threaded = 0;
	gx_module_load_languages();
	gx_posix_warm_up();
	gx_posix_find_call_once();
	on_exit(end_without_destructors, NULL);
}

/*
 * A file that is loaded already is not loaded again: its static data, changed by executions maybe, is made what it was. That of libraries
 * that others brought along, too.
 */
enum gx_status gx_module_open(struct gx_plugin *plugin, const char *path, struct gx_error *err)
{
	struct gx_objects objects;
	enum gx_status rc;

	prepare();
	gx_module_load_names(path);
	for (const struct gx_plugin *other = loaded; other; other = other->next)
		gx_module_put_back(other);
	gx_posix_loading_clear();
	rc = load_objects(plugin, &objects, path, err);
	if (rc == GX_OK)
		rc = check_loading(path, err);
	if (rc == GX_OK)
		rc = gx_module_check_calls(&objects, path, err);
	if (rc == GX_OK && twin_of(plugin))
		gx_module_put_back(twin_of(plugin));
	if (rc == GX_OK)
		rc = find_gate(plugin, path, err);
	if (rc == GX_OK)
		rc = check_loading(path, err);
	if (rc == GX_OK)
		rc = gx_module_find_segments(plugin, &objects, path, err);
	if (rc == GX_OK)
		gx_module_look_at_calls(&objects, &plugin->instrumented, &plugin->tries);
	if (rc == GX_OK && plugin->instrumented)
		gx_module_find_unwatched(&plugin->unwatched, &objects, path);
	for (unsigned i = 0; rc == GX_OK && plugin->instrumented && i < objects.count; i++)
		if (gx_module_is_instrumented(objects.object[i].map) && !gx_module_redirect(objects.object[i].map))
			rc = gx_fail(err, GX_ESYSTEM,
				     "%s: its calls of libraries' functions cannot be watched: mprotect: %s", path,
				     strerror(errno));
	plugin->saw_time = gx_posix_loading_saw_time();
	return rc;
}

/* What its destructors print or ask for is as little the harness's as what its constructors do. */
void gx_module_close(struct gx_plugin *plugin)
{
	gx_posix_loading_begin();
	if (plugin->handle)
		dlclose(plugin->handle);
	gx_posix_loading_end();
	(void)!gx_arena_put_loaded(NULL, 0);
	plugin->handle = NULL;
}

enum gx_status gx_plugin_load(struct gx_plugin **out, const char *path, struct gx_error *err)
{
	struct gx_plugin *plugin;
	enum gx_status rc = gx_module_check_file(path, err);

	if (rc == GX_OK)
		rc = gx_world_open(err);
	if (rc == GX_OK)
		rc = gx_module_rehearse(path, err);
	if (rc != GX_OK)
		return rc;
	plugin = calloc(1, sizeof(*plugin));
	if (!plugin)
		return gx_fail(err, GX_ENOMEM, "out of memory for a plugin");
	rc = gx_module_open(plugin, path, err);
	if (rc == GX_OK)
		rc = gx_module_keep_pristine(plugin, twin_of(plugin), path, err);
	if (rc != GX_OK) {
		gx_plugin_free(plugin);
		return rc;
	}
	(void)!gx_arena_put_loaded(NULL, 0);
	plugin->next = loaded;
	plugin->is_loaded = true;
	loaded = plugin;
	*out = plugin;
	return GX_OK;
}

static void unlink_plugin(struct gx_plugin *plugin)
{
	struct gx_plugin **link = &loaded;

	while (*link && *link != plugin)
		link = &(*link)->next;
	if (*link)
		*link = plugin->next;
}

/*
 * Close it; true if its file stays where it is all the same, as one with unique symbols (C++) or -z nodelete does. A later load will not run
 * its constructors again, and needs what they have left.
 */
static bool stays(struct gx_plugin *plugin)
{
	struct link_map *map = NULL;
	char name[PATH_MAX] = "";

	if (!plugin->handle || dlinfo(plugin->handle, RTLD_DI_LINKMAP, &map))
		return false;
	strncpy(name, map->l_name, sizeof(name) - 1);
	gx_module_close(plugin);
	plugin->handle = dlopen(name, RTLD_NOW | RTLD_NOLOAD);
	return plugin->handle;
}

/* Its destructors, and a later load of a file that the loader keeps, must not see what the last execution left. */
void gx_plugin_free(struct gx_plugin *plugin)
{
	bool is_loaded;

	if (!plugin)
		return;
	gx_module_put_back(plugin);
	is_loaded = plugin->is_loaded;
	if (stays(plugin) && is_loaded && !twin_of(plugin))
		return;
	gx_module_close(plugin);
	unlink_plugin(plugin);
	gx_module_forget(plugin);
	free(plugin);
}

const struct gx_gate *gx_plugin_gate(const struct gx_plugin *plugin)
{
	return plugin->gate;
}

bool gx_plugin_is_instrumented(const struct gx_plugin *plugin)
{
	return plugin->instrumented;
}

size_t gx_plugin_unwatched(const struct gx_plugin *plugin, const char *const **what, bool *more)
{
	*what = (const char *const *)plugin->unwatched.what;
	*more = plugin->unwatched.more;
	return plugin->unwatched.count;
}

bool gx_plugin_tries(const struct gx_plugin *plugin)
{
	return plugin->tries;
}

enum gx_status gx_plugin_adopt(void *argument, struct gx_error *err)
{
	struct gx_plugin *plugin = argument;

	gx_module_put_back(plugin);
	if (plugin->saw_time)
		gx_posix_show_time();
	gx_posix_tls_clear();
	for (unsigned i = 0; i < plugin->local_count; i++)
		if (!gx_posix_tls_add(&plugin->locals[i]))
			return gx_fail(err, GX_ELIMIT, "its thread-local variables are aligned to more than a page");
	for (unsigned i = 0; i < plugin->count; i++) {
		enum gx_status rc = gx_world_adopt(plugin->segments[i].base, plugin->segments[i].size, err);

		if (rc != GX_OK)
			return rc;
	}
	return GX_OK;
}
