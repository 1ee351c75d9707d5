#include "module/plugin.h"

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
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/world.h"
#include "module/place.h"

struct segment {
	unsigned char *base;
	size_t size;
	unsigned char *pristine; /* a copy of its bytes after loading */
};

struct gx_plugin {
	struct gx_plugin *next; /* in `loaded` */
	void *handle;
	const struct gx_gate *gate;
	struct segment segments[GX_WORLD_ADOPTED];
	unsigned count;
};

/* All that are loaded: a file that is loaded twice has one set of static data, which the first may have changed since. */
static struct gx_plugin *loaded;

enum {
	LOAD_SECONDS_MAX = 5,      /* that a plugin may take to load in the trial */
	STATIC_BYTES_MAX = 1 << 20 /* each state of a search compares all of them */
};

/* ---- one clear line ---- */

/* What is quoted comes from the file: a line break or an escape sequence in it must not reach the terminal. */
static GX_PRINTF(2, 3) GX_COLD enum gx_status refuse(struct gx_error *err, const char *format, ...)
{
	va_list args;

	if (!err)
		return GX_EINPUT;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	for (unsigned char *c = (unsigned char *)err->text; *c; c++)
		if (*c < ' ' || *c == 0x7f)
			*c = '?';
	return GX_EINPUT;
}

/* ---- the gate's table ---- */

static bool name_is_valid(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return length >= 1 && length <= 63 && !name[length];
}

static bool is_one_line(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

enum gx_status gx_gate_check(const struct gx_gate *gate, const char *who, struct gx_error *err)
{
	if (!gate)
		return refuse(err, "%s: gx_gate_plugin() returned NULL; return the address of a struct gx_gate", who);
	if (gate->abi != GX_GATE_ABI)
		return refuse(
			err,
			"%s: built for gate ABI %u, this gatecrash has ABI %u; set .abi = GX_GATE_ABI and build it against this gatecrash's gate.h",
			who, gate->abi, GX_GATE_ABI);
	if (!gate->name || !name_is_valid(gate->name))
		return refuse(err, "%s: the gate's name is %s%.80s%s; it has to be 1 to 63 of a-z, 0-9 and -", who,
			      gate->name ? "\"" : "", gate->name ? gate->name : "NULL", gate->name ? "\"" : "");
	if (!gate->summary || !is_one_line(gate->summary))
		return refuse(err, "%s: the gate's summary %s; it has to be one line of text", who,
			      gate->summary ? "has a line break or another control character" : "is NULL");
	if (!gate->open || !gate->close || !gate->handle)
		return refuse(err, "%s: the gate's %s is NULL; open, close and handle are all needed", who,
			      !gate->open    ? "open"
			      : !gate->close ? "close"
					     : "handle");
	return GX_OK;
}

/* ---- the file ---- */

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#else
#error "plugin.c: say which machine's shared objects this one loads"
#endif
#define OUR_CLASS (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)
#define OUR_DATA  (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB)

/* The loader maps what the headers promise, and dies of SIGBUS where the file does not go so far. */
static bool is_truncated(int fd, const ElfW(Ehdr) * head, uint64_t size)
{
	for (unsigned i = 0; i < head->e_phnum; i++) {
		uint64_t at = head->e_phoff + (uint64_t)i * sizeof(ElfW(Phdr));
		ElfW(Phdr) phdr;

		if (at > size || pread(fd, &phdr, sizeof(phdr), (off_t)at) != (ssize_t)sizeof(phdr))
			return true;
		if (phdr.p_type == PT_LOAD && (phdr.p_offset > size || phdr.p_filesz > size - phdr.p_offset))
			return true;
	}
	return false;
}

static enum gx_status check_elf(const char *path, int fd, uint64_t size, struct gx_error *err)
{
	static const char recipe[] = "build the gate with cc -shared -fPIC -o gate.so gate.c";
	ElfW(Ehdr) head = {0};
	ssize_t got = pread(fd, &head, sizeof(head), 0);

	if (got < 0)
		return refuse(err, "%s: cannot read the gate: %s", path, strerror(errno));
	if (got < SELFMAG || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
		return refuse(err, "%s: not an ELF shared object; %s", path, recipe);
	if (got < EI_NIDENT)
		return refuse(err, "%s: a truncated ELF file; %s", path, recipe);
	if (head.e_ident[EI_CLASS] != OUR_CLASS || head.e_ident[EI_DATA] != OUR_DATA || head.e_machine != OUR_MACHINE)
		return refuse(err,
			      "%s: an ELF file for another machine (%s-bit, e_machine %u); build the gate for this one",
			      path, head.e_ident[EI_CLASS] == ELFCLASS32 ? "32" : "64", head.e_machine);
	if (got < (ssize_t)sizeof(head))
		return refuse(err, "%s: a truncated ELF file; %s", path, recipe);
	if (head.e_type != ET_DYN)
		return refuse(err, "%s: an ELF file, but no shared object; %s", path, recipe);
	if (is_truncated(fd, &head, size))
		return refuse(err, "%s: a truncated ELF file; %s", path, recipe);
	return GX_OK;
}

static enum gx_status check_file(const char *path, struct gx_error *err)
{
	enum gx_status rc;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO without a writer must not block */

	if (fd < 0)
		return refuse(err, "%s: cannot open the gate: %s", path, strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		rc = refuse(err, "%s: not a regular file; a gate is a shared object (cc -shared -fPIC ...)", path);
	else
		rc = check_elf(path, fd, (uint64_t)st.st_size, err);
	close(fd);
	return rc;
}

/* ---- what the gate calls ---- */

/*
 * libc's own versions of these work on the real thread, of which there is one for all tasks: a lock blocks the harness for ever, an
 * exit ends it with the status of a clean run. Whichever of them the harness defines itself is modelled, and fine.
 */
static bool has_to_be_modelled(const char *name)
{
	static const char *const families[] = {"pthread_", "__pthread_", "sem_", "mtx_", "cnd_", "thrd_", "tss_"};
	static const char *const plain_data[] = {"pthread_attr_", "pthread_mutexattr_", "pthread_condattr_"};
	static const char *const others[] = {
		"call_once", "_Exit",       "quick_exit", "fork",      "vfork",       "system",
		"popen",     "posix_spawn", "execve",     "execv",     "execvp",      "signal",
		"sigaction", "sigprocmask", "alarm",      "setitimer", "sigaltstack", "pthread_mutexattr_setrobust",
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(name, others[i]))
			return true;
	for (size_t i = 0; i < sizeof(plain_data) / sizeof(plain_data[0]); i++)
		if (!strncmp(name, plain_data[i], strlen(plain_data[i])))
			return false;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (!strncmp(name, families[i], strlen(families[i])))
			return true;
	return false;
}

/* Whether an address lies in the program itself, and not in libc or a plugin. */
static bool is_of_the_harness(const void *address)
{
	Dl_info here;
	Dl_info there;

	return dladdr(&loaded, &here) && dladdr(address, &there) && here.dli_fbase == there.dli_fbase;
}

/* What the dynamic section says under a tag; glibc has made addresses absolute. 0: nothing. */
static uintptr_t dynamic(const struct link_map *map, int64_t tag)
{
	for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++)
		if (entry->d_tag == tag)
			return entry->d_un.d_ptr;
	return 0;
}

/* The first function that some relocation of a table binds outside of the plugin and that gatecrash would have to model, or NULL. */
static const char *unmodelled_of(const struct link_map *map, uintptr_t table, size_t bytes)
{
	const ElfW(Rela) *rela = (const ElfW(Rela) *)table;
	const ElfW(Sym) *symbols = (const ElfW(Sym) *)dynamic(map, DT_SYMTAB);
	const char *strings = (const char *)dynamic(map, DT_STRTAB);

	for (size_t i = 0; i < bytes / sizeof(*rela); i++) {
		const ElfW(Sym) *symbol = &symbols[ELF64_R_SYM(rela[i].r_info)];
		const char *name = strings + symbol->st_name;
		const void *found;

		if (symbol->st_shndx != SHN_UNDEF || !has_to_be_modelled(name))
			continue;
		found = dlsym(RTLD_DEFAULT, name);
		if (found && !is_of_the_harness(found))
			return name;
	}
	return NULL;
}

static enum gx_status check_calls(const struct link_map *map, const char *path, struct gx_error *err)
{
	const char *name = unmodelled_of(map, dynamic(map, DT_JMPREL), dynamic(map, DT_PLTRELSZ));

	if (!name)
		name = unmodelled_of(map, dynamic(map, DT_RELA), dynamic(map, DT_RELASZ));
	if (name)
		return refuse(
			err,
			"%s: calls %.80s(), which gatecrash does not model; pthread's mutexes, condition variables and threads, and semaphores it does",
			path, name);
	return GX_OK;
}

/* ---- static data ---- */

struct search {
	struct gx_plugin *plugin;
	uintptr_t base;
	bool too_many;
	bool thread_local;
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
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type == PT_GNU_RELRO)
			relro = (info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz) &
				~(page - 1);
		search->thread_local |= info->dlpi_phdr[i].p_type == PT_TLS;
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

static enum gx_status find_segments(struct gx_plugin *plugin, const struct link_map *map, const char *path,
				    struct gx_error *err)
{
	struct search search = {.plugin = plugin, .base = map->l_addr};
	size_t bytes = 0;

	dl_iterate_phdr(look_at_object, &search);
	for (unsigned i = 0; i < plugin->count; i++)
		bytes += plugin->segments[i].size;
	if (search.thread_local)
		return refuse(
			err,
			"%s: has thread-local variables (_Thread_local, __thread), which gatecrash does not model: all tasks would share them",
			path);
	if (search.too_many)
		return refuse(err, "%s: more than %d writable segments", path, GX_WORLD_ADOPTED);
	if (bytes > STATIC_BYTES_MAX)
		return refuse(
			err,
			"%s: has %zu KiB of writable static data, and %d are too many to be saved with every state",
			path, bytes >> 10, STATIC_BYTES_MAX >> 10);
	return GX_OK;
}

static const struct gx_plugin *twin_of(const struct gx_plugin *plugin)
{
	const struct gx_plugin *twin = loaded;

	while (twin && twin->handle != plugin->handle)
		twin = twin->next;
	return twin;
}

static enum gx_status keep_pristine(struct gx_plugin *plugin, const char *path, struct gx_error *err)
{
	const struct gx_plugin *twin = twin_of(plugin);

	for (unsigned i = 0; i < plugin->count; i++) {
		struct segment *segment = &plugin->segments[i];

		segment->pristine = malloc(segment->size);
		if (!segment->pristine)
			return gx_fail(err, GX_ENOMEM, "out of memory for the static data of %s", path);
		memcpy(segment->pristine, twin ? twin->segments[i].pristine : segment->base, segment->size);
	}
	return GX_OK;
}

/* ---- loading ---- */

/* dlopen() searches for names without a slash, and its messages begin with the path that it was given. */
static enum gx_status open_file(struct gx_plugin *plugin, const char *path, struct gx_error *err)
{
	char resolved[PATH_MAX];
	const char *why;
	size_t length;

	if (!realpath(path, resolved))
		return refuse(err, "%s: cannot open the gate: %s", path, strerror(errno));
	gx_place_begin(gx_place_of(resolved));
	plugin->handle = dlopen(resolved, RTLD_NOW | RTLD_LOCAL);
	gx_place_end();
	if (plugin->handle)
		return GX_OK;
	why = dlerror();
	length = strlen(resolved);
	if (!strncmp(why, resolved, length) && !strncmp(why + length, ": ", 2))
		why += length + 2;
	return refuse(err, "%s: cannot load the gate: %s", path, why);
}

static enum gx_status find_gate(struct gx_plugin *plugin, const char *path, struct gx_error *err)
{
	const struct gx_gate *(*entry)(void);

	*(void **)(&entry) = dlsym(plugin->handle, "gx_gate_plugin");
	if (!entry)
		return refuse(
			err,
			"%s: does not export gx_gate_plugin(); define const struct gx_gate *gx_gate_plugin(void), and do not hide it (-fvisibility)",
			path);
	plugin->gate = entry();
	/* A copy of a linked-in gate, global name and all: the program's own symbols come first. */
	if (plugin->gate && is_of_the_harness(plugin->gate))
		return refuse(
			err,
			"%s: gx_gate_plugin() returned a gate of gatecrash's own: the variable has the same name; make it static",
			path);
	return gx_gate_check(plugin->gate, path, err);
}

static enum gx_status open_plugin(struct gx_plugin *plugin, const char *path, struct gx_error *err)
{
	struct link_map *map = NULL;
	enum gx_status rc = open_file(plugin, path, err);

	if (rc != GX_OK)
		return rc;
	if (dlinfo(plugin->handle, RTLD_DI_LINKMAP, &map))
		return gx_fail(err, GX_ESYSTEM, "%s: dlinfo: %s", path, dlerror());
	rc = check_calls(map, path, err);
	if (rc == GX_OK)
		rc = find_gate(plugin, path, err);
	if (rc == GX_OK)
		rc = find_segments(plugin, map, path, err);
	return rc;
}

static void close_plugin(struct gx_plugin *plugin)
{
	if (plugin->handle)
		dlclose(plugin->handle);
	plugin->handle = NULL;
}

/* ---- the trial ---- */

/* What the child says at the end. A constructor that ends the process says nothing, whatever its status. */
struct verdict {
	enum gx_status rc;
	struct gx_error err;
};

_Static_assert(sizeof(struct verdict) <= PIPE_BUF, "a verdict is written whole");

/*
 * In the child nothing that belongs to the harness may be touched: no input taken, no output made (a constructor that ends the process
 * would also print what stands in the harness's buffers), no core dumped; and it does not outlive the harness.
 */
static void isolate_child(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGVTALRM};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0);
	for (int fd = 0; fd <= 2 && null >= 0; fd++)
		dup2(null, fd);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void __attribute__((noreturn)) try_in_child(const char *path, int out)
{
	struct gx_plugin plugin = {0};
	struct verdict verdict = {.rc = GX_OK};

	isolate_child();
	verdict.rc = open_plugin(&plugin, path, &verdict.err);
	close_plugin(&plugin); /* its destructors are tried too */
	_exit(write(out, &verdict, sizeof(verdict)) == (ssize_t)sizeof(verdict) ? 0 : 1);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/*
 * Wait for the end of the child, and end what it leaves running; false if its time was up. The pipe would not tell: a plugin can close
 * it, and a process that a plugin makes can hold it open.
 */
static bool await_child(pid_t child, int *status)
{
	const struct timespec tick = {.tv_nsec = 200000};
	uint64_t deadline = now_ms() + LOAD_SECONDS_MAX * 1000;
	bool in_time = true;
	siginfo_t info = {0};

	while (!waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) && !info.si_pid && in_time) {
		nanosleep(&tick, NULL);
		in_time = now_ms() < deadline;
	}
	kill(child, SIGKILL);
	kill(-child, SIGKILL); /* its group: not yet reaped, it still has the number */
	while (waitpid(child, status, 0) < 0 && errno == EINTR)
		;
	return in_time;
}

/* Do in a child what could crash, and learn what it said. */
static enum gx_status trial(const char *path, struct gx_error *err)
{
	struct verdict verdict = {.rc = GX_OK};
	int pipes[2];
	int status = 0;
	bool in_time;
	ssize_t got;
	pid_t child;

	if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK))
		return gx_fail(err, GX_ESYSTEM, "pipe: %s", strerror(errno));
	fflush(NULL); /* or a child that calls exit() would write it, too */
	child = fork();
	if (!child)
		try_in_child(path, pipes[1]);
	close(pipes[1]);
	if (child < 0) {
		close(pipes[0]);
		return gx_fail(err, GX_ESYSTEM, "fork: %s", strerror(errno));
	}
	in_time = await_child(child, &status);
	got = read(pipes[0], &verdict, sizeof(verdict));
	close(pipes[0]);
	if (!in_time)
		return refuse(
			err,
			"%s: the gate hangs while it is loaded (%d s in a constructor, in gx_gate_plugin() or in a destructor)",
			path, LOAD_SECONDS_MAX);
	if (WIFSIGNALED(status))
		return refuse(
			err,
			"%s: the gate crashes while it is loaded (%s in a constructor, in gx_gate_plugin() or in a destructor)",
			path, strsignal(WTERMSIG(status)));
	if (got != (ssize_t)sizeof(verdict))
		return refuse(err, "%s: the gate ends the process while it is loaded", path);
	if (verdict.rc != GX_OK && err)
		*err = verdict.err;
	return verdict.rc;
}

/* ---- */

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
		rc = keep_pristine(plugin, path, err);
	if (rc != GX_OK) {
		gx_plugin_free(plugin);
		return rc;
	}
	plugin->next = loaded;
	loaded = plugin;
	*out = plugin;
	return GX_OK;
}

static void put_back(const struct gx_plugin *plugin)
{
	for (unsigned i = 0; i < plugin->count; i++)
		if (plugin->segments[i].pristine)
			memcpy(plugin->segments[i].base, plugin->segments[i].pristine, plugin->segments[i].size);
}

/* Its destructors, and a later load of a file that the loader keeps, must not see what the last execution left. */
void gx_plugin_free(struct gx_plugin *plugin)
{
	struct gx_plugin **link = &loaded;

	if (!plugin)
		return;
	put_back(plugin);
	while (*link && *link != plugin)
		link = &(*link)->next;
	if (*link)
		*link = plugin->next;
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

	put_back(plugin);
	for (unsigned i = 0; i < plugin->count; i++) {
		enum gx_status rc = gx_world_adopt(plugin->segments[i].base, plugin->segments[i].size, err);

		if (rc != GX_OK)
			return rc;
	}
	return GX_OK;
}
