/*
 * internal.h - what the files of module share: a plugin on its way from a file to a gate.
 *
 *     elf.c         is it a shared object for this machine?        before anything of it is mapped
 *     rehearsal.c   does it crash, hang or exit?                   all that follows, in a child first
 *     plugin.c      dlopen(), where place.h says
 *     objects.c     which libraries come with it?
 *     calls.c       do they call what is not modelled?
 *     gate.c        is what it exports a gate?
 *     redirect.c    what libc does with its memory is watched, too
 *     unwatched.c   what is not, by name
 *     note.c        what the compiler's output has told us of that
 *     segments.c    which memory of theirs belongs to the world?
 */
#ifndef GX_MODULE_INTERNAL_H
#define GX_MODULE_INTERNAL_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"
#include "core/world.h"
#include "gatecrash/gate.h"
#include "posix/loading.h"

/* The plugin, which is the first, and what it needs, directly or not; without libc. */
#define GX_OBJECTS_OF_PLUGIN 24
struct gx_objects {
	struct {
		const struct link_map *map;
		bool is_language; /* the mathematics library, the compiler's, libstdc++ */
	} object[GX_OBJECTS_OF_PLUGIN];
	unsigned count;
	const struct link_map *libc;
	const struct link_map *loader;
	const struct link_map *mathematics; /* which the harness has: many a gate is linked without */
	bool cxx;                           /* libstdc++ is among them */
};

struct gx_segment {
	unsigned char *base;
	size_t size;
	unsigned char *pristine; /* a copy of its bytes after loading */
};

/* What accesses memory for a plugin, or in it, and is not watched: "sscanf()", "libfoo.so.1", "inline assembly at gate.c:12". */
#define GX_UNWATCHED_MAX 256
struct gx_unwatched {
	char *what[GX_UNWATCHED_MAX]; /* in order */
	unsigned count;
	bool more;
	char *calls; /* while they are looked for: who calls what (note.c) */
};

/* Objects with thread-local variables. */
#define GX_LOCALS_OF_PLUGIN 4

struct gx_plugin {
	struct gx_plugin *next; /* among those that are loaded */
	bool is_loaded;         /* among them */
	void *handle;
	const struct gx_gate *gate;
	struct gx_segment segments[GX_WORLD_ADOPTED];
	unsigned count;
	struct gx_thread_local locals[GX_LOCALS_OF_PLUGIN];
	unsigned local_count;
	unsigned char *heap; /* what was allocated while it was loaded: posix/loading.h */
	size_t heap_bytes;
	bool saw_time;
	bool instrumented; /* gx_module_look_at_calls() */
	bool tries;
	struct gx_unwatched unwatched;
};

/* What shared objects say that this program loads: e_machine, EI_CLASS, EI_DATA. */
#if defined(__x86_64__)
#define GX_MODULE_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define GX_MODULE_MACHINE EM_AARCH64
#else
#error "internal.h: say which machine's shared objects this one loads"
#endif
#define GX_MODULE_CLASS (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)
#define GX_MODULE_DATA  (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB)

/* The one clear line: GX_EINPUT. What is quoted in it comes from the file, and is cleaned. */
enum gx_status gx_module_refuse(struct gx_error *err, const char *format, ...) GX_PRINTF(2, 3) GX_COLD;

enum gx_status gx_module_check_file(const char *path, struct gx_error *err) GX_MUST_USE;

/* A header by which an object asks for stacks that can be executed; and what else could be done. */
bool gx_module_runs_stacks(const ElfW(Phdr) * phdr);
extern const char gx_module_stacks_advice[];

/* Do in a child what could crash: everything but keeping the plugin. */
enum gx_status gx_module_rehearse(const char *path, struct gx_error *err) GX_MUST_USE;

/* dlopen() and all checks. gx_module_close() in every case. */
enum gx_status gx_module_open(struct gx_plugin *plugin, const char *path, struct gx_error *err) GX_MUST_USE;
void gx_module_close(struct gx_plugin *plugin);

/* Before the first plugin: the libraries of languages, which several may need and which the harness may have. */
void gx_module_load_languages(void);
/* Libraries that this file names, of some names, are there from now on, and empty (runtime.c). Where that cannot be the loader says what is missing. */
void gx_module_load_names(const char *path);
bool gx_module_is_in_name_only(const char *name);
enum gx_status gx_module_find_objects(struct gx_objects *objects, const struct link_map *plugin, const char *path,
				      struct gx_error *err) GX_MUST_USE;
/* What the dynamic section says under a tag; glibc has made addresses absolute. 0: nothing. */
uintptr_t gx_module_dynamic(const struct link_map *map, int64_t tag);
const char *gx_module_soname(const struct link_map *map);

enum gx_status gx_module_check_calls(const struct gx_objects *objects, const char *path,
				     struct gx_error *err) GX_MUST_USE;
/*
 * What else their calls say: the plugin itself was compiled with -fsanitize=thread; somebody asks for locks without waiting for them
 * (gx_order.tries).
 */
void gx_module_look_at_calls(const struct gx_objects *objects, bool *instrumented, bool *tries);
/* The name that a relocation binds outside of its object; "": none. */
const char *gx_module_called(const struct link_map *map, const ElfW(Rela) * rela);
/* It finds its thread-local variables by a descriptor (-mtls-dialect=gnu2; on AArch64 by default), and so without asking anybody. */
bool gx_module_has_tls_descriptors(const struct link_map *map);
/* note.c: the lines of a section that is not loaded, for the caller to free; NULL: there is none. */
char *gx_module_note(const char *path, const char *section);
/*
 * " (gate.c:12)": the first place that calls the function, by the lines of GX_ASSEMBLY_CALLS; "" if that is not known. It comes from the file: whoever
 * shows it cleans it.
 */
void gx_module_say_caller(const char *calls, const char *name, char *text, size_t size);
/* unwatched.c, of the plugin at `path` and the libraries that it brought along. */
void gx_module_find_unwatched(struct gx_unwatched *unwatched, const struct gx_objects *objects, const char *path);
void gx_module_forget_unwatched(struct gx_unwatched *unwatched);
/* It calls what a compiler calls at each access. */
bool gx_module_is_instrumented(const struct link_map *map);
/* In the sources, of a mangled name; NULL: it is none. The caller frees it. */
char *gx_module_demangled(const char *name);
/* redirect.c: its calls of libc's that access memory count as accesses from now on. False: it could not be done. */
bool gx_module_redirect(const struct link_map *map);
/* Why a function with this name cannot be had, and what to do instead; NULL: it can. */
const char *gx_module_why_not(const struct gx_objects *objects, const char *name);
/* Whether an address lies in the program itself, and not in libc or a plugin. */
bool gx_module_is_of_the_program(const void *address);

enum gx_status gx_module_check_gate(const struct gx_gate *gate, const char *path, struct gx_error *err) GX_MUST_USE;

enum gx_status gx_module_find_segments(struct gx_plugin *plugin, const struct gx_objects *objects, const char *path,
				       struct gx_error *err) GX_MUST_USE;
/* Keep a copy of them as they are; as they were when `twin` was loaded, which has the same static data, if there is one. */
enum gx_status gx_module_keep_pristine(struct gx_plugin *plugin, const struct gx_plugin *twin, const char *path,
				       struct gx_error *err) GX_MUST_USE;
void gx_module_put_back(const struct gx_plugin *plugin);
void gx_module_forget(struct gx_plugin *plugin);

#endif
