#include "gates/plugin.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/world.h"

struct segment {
	unsigned char *base;
	size_t size;
	unsigned char *pristine; /* a copy of its bytes after loading */
};

struct gx_plugin {
	void *handle;
	const struct gx_gate *gate;
	struct segment segments[GX_WORLD_ADOPTED];
	unsigned count;
};

/* Seconds that a plugin may take to load in the trial. */
enum { LOAD_SECONDS_MAX = 10 };

/* ---- checks ---- */

static bool name_is_valid(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return length >= 1 && length <= 63 && !name[length];
}

enum gx_status gx_gate_check(const struct gx_gate *gate, const char *who, struct gx_error *err)
{
	if (!gate)
		return gx_fail(err, GX_EINPUT,
			       "%s: gx_gate_plugin() returned NULL; return the address of a struct gx_gate", who);
	if (gate->abi != GX_GATE_ABI)
		return gx_fail(
			err, GX_EINPUT,
			"%s: built for gate ABI %u, this gatecrash has ABI %u; set .abi = GX_GATE_ABI and build it against this gatecrash's gate.h",
			who, gate->abi, GX_GATE_ABI);
	if (!gate->name || !name_is_valid(gate->name))
		return gx_fail(err, GX_EINPUT,
			       "%s: the gate's name is %s%.80s%s; it has to be 1 to 63 of a-z, 0-9 and -", who,
			       gate->name ? "\"" : "", gate->name ? gate->name : "NULL", gate->name ? "\"" : "");
	if (!gate->open || !gate->close || !gate->handle)
		return gx_fail(err, GX_EINPUT, "%s: the gate's %s is NULL; open, close and handle are all needed", who,
			       !gate->open    ? "open"
			       : !gate->close ? "close"
					      : "handle");
	return GX_OK;
}

static enum gx_status check_file(const char *path, struct gx_error *err)
{
	unsigned char magic[SELFMAG] = {0};
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return gx_fail(err, GX_EINPUT, "%s: cannot open the gate: %s", path, strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return gx_fail(err, GX_EINPUT,
			       "%s: not a regular file; a gate is a shared object (cc -shared -fPIC ...)", path);
	}
	got = read(fd, magic, sizeof(magic));
	close(fd);
	if (got != SELFMAG || memcmp(magic, ELFMAG, SELFMAG) != 0)
		return gx_fail(err, GX_EINPUT,
			       "%s: not an ELF shared object; build the gate with cc -shared -fPIC -o gate.so gate.c",
			       path);
	return GX_OK;
}

/* ---- loading ---- */

static enum gx_status open_plugin(struct gx_plugin *plugin, const char *path, struct gx_error *err)
{
	const struct gx_gate *(*entry)(void);
	char resolved[PATH_MAX];

	/* dlopen() searches for names without a slash. */
	if (!realpath(path, resolved))
		return gx_fail(err, GX_EINPUT, "%s: %s", path, strerror(errno));
	plugin->handle = dlopen(resolved, RTLD_NOW | RTLD_LOCAL);
	if (!plugin->handle)
		return gx_fail(err, GX_EINPUT, "%s: cannot load the gate: %s", path, dlerror());
	*(void **)(&entry) = dlsym(plugin->handle, "gx_gate_plugin");
	if (!entry)
		return gx_fail(
			err, GX_EINPUT,
			"%s: does not export gx_gate_plugin(); define const struct gx_gate *gx_gate_plugin(void), not static",
			path);
	plugin->gate = entry();
	return gx_gate_check(plugin->gate, path, err);
}

static void close_plugin(struct gx_plugin *plugin)
{
	if (plugin->handle)
		dlclose(plugin->handle);
	plugin->handle = NULL;
}

static void __attribute__((noreturn)) try_in_child(const char *path, int out)
{
	struct gx_plugin plugin = {0};
	struct gx_error err = {0};
	enum gx_status rc;
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGVTALRM};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
	signal(SIGVTALRM, SIG_IGN);
	alarm(LOAD_SECONDS_MAX);
	rc = open_plugin(&plugin, path, &err);
	if (rc != GX_OK && write(out, err.text, strlen(err.text)) < 0)
		_exit(127);
	_exit(rc == GX_OK ? 0 : 1);
}

/* Do in a child what could crash, and learn what it said. */
static enum gx_status trial(const char *path, struct gx_error *err)
{
	char text[sizeof(err->text)] = "";
	int pipes[2];
	int status = 0;
	ssize_t got;
	size_t used = 0;
	pid_t child;

	if (pipe2(pipes, O_CLOEXEC))
		return gx_fail(err, GX_ESYSTEM, "pipe: %s", strerror(errno));
	child = fork();
	if (child < 0) {
		close(pipes[0]);
		close(pipes[1]);
		return gx_fail(err, GX_ESYSTEM, "fork: %s", strerror(errno));
	}
	if (!child)
		try_in_child(path, pipes[1]);
	close(pipes[1]);
	while ((got = read(pipes[0], text + used, sizeof(text) - 1 - used)) > 0 || (got < 0 && errno == EINTR))
		used += got > 0 ? (size_t)got : 0;
	close(pipes[0]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		return gx_fail(err, GX_EINPUT,
			       "%s: the gate %s while it is loaded (%s in a constructor or in gx_gate_plugin())", path,
			       WTERMSIG(status) == SIGALRM ? "hangs" : "crashes", strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status))
		return gx_fail(err, GX_EINPUT, "%s", *text ? text : "the gate ends the process while it is loaded");
	return GX_OK;
}

/* ---- static data ---- */

struct search {
	struct gx_plugin *plugin;
	uintptr_t base;
	bool too_many;
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
	plugin->segments[plugin->count++] = (struct segment){.base = (unsigned char *)from, .size = to - from};
}

/* Writable, less what the loader makes read-only again once it has relocated it (RELRO, whole pages). */
static int look_at_object(struct dl_phdr_info *info, size_t size, void *data)
{
	struct search *search = data;
	uintptr_t relro = 0;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size;
	if (info->dlpi_addr != search->base)
		return 0;
	for (unsigned i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_GNU_RELRO)
			relro = (info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz) &
				~(page - 1);
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *phdr = &info->dlpi_phdr[i];
		uintptr_t from = info->dlpi_addr + phdr->p_vaddr;
		uintptr_t to = from + phdr->p_memsz;

		if (phdr->p_type == PT_LOAD && phdr->p_flags & PF_W)
			add_segment(search, relro > from ? relro : from, to);
	}
	return 1;
}

static enum gx_status find_segments(struct gx_plugin *plugin, const char *path, struct gx_error *err)
{
	struct link_map *map = NULL;
	struct search search = {.plugin = plugin};

	if (dlinfo(plugin->handle, RTLD_DI_LINKMAP, &map))
		return gx_fail(err, GX_ESYSTEM, "%s: dlinfo: %s", path, dlerror());
	search.base = map->l_addr;
	dl_iterate_phdr(look_at_object, &search);
	if (search.too_many)
		return gx_fail(err, GX_EINPUT, "%s: more than %d writable segments", path, GX_WORLD_ADOPTED);
	for (unsigned i = 0; i < plugin->count; i++) {
		struct segment *segment = &plugin->segments[i];

		segment->pristine = malloc(segment->size);
		if (!segment->pristine)
			return gx_fail(err, GX_ENOMEM, "out of memory for the static data of %s", path);
		memcpy(segment->pristine, segment->base, segment->size);
	}
	return GX_OK;
}

enum gx_status gx_plugin_load(struct gx_plugin **out, const char *path, struct gx_error *err)
{
	struct gx_plugin *plugin;
	enum gx_status rc = check_file(path, err);

	if (rc == GX_OK)
		rc = trial(path, err);
	if (rc != GX_OK)
		return rc;
	plugin = calloc(1, sizeof(*plugin));
	if (!plugin)
		return gx_fail(err, GX_ENOMEM, "out of memory for a plugin");
	rc = open_plugin(plugin, path, err);
	if (rc == GX_OK)
		rc = find_segments(plugin, path, err);
	if (rc != GX_OK) {
		gx_plugin_free(plugin);
		return rc;
	}
	*out = plugin;
	return GX_OK;
}

void gx_plugin_free(struct gx_plugin *plugin)
{
	if (!plugin)
		return;
	for (unsigned i = 0; i < plugin->count; i++)
		free(plugin->segments[i].pristine);
	close_plugin(plugin);
	free(plugin);
}

const struct gx_gate *gx_plugin_gate(const struct gx_plugin *plugin)
{
	return plugin->gate;
}

enum gx_status gx_plugin_adopt(void *argument, struct gx_error *err)
{
	struct gx_plugin *plugin = argument;

	for (unsigned i = 0; i < plugin->count; i++) {
		struct segment *segment = &plugin->segments[i];
		enum gx_status rc;

		memcpy(segment->base, segment->pristine, segment->size);
		rc = gx_world_adopt(segment->base, segment->size, err);
		if (rc != GX_OK)
			return rc;
	}
	return GX_OK;
}
