/*
 * unwatched.c - what accesses memory for an instrumented plugin and is not watched: said by name, so that a verdict claims no more than was seen.
 *
 *     a function of a library    neither stood in for, nor known to touch nothing (access/libc.h)
 *     a library                  that is not compiled with -fsanitize=thread, and is none of the language's
 *     inline assembly            of sources that were compiled here: module/compile.c leaves a note in the file
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/libc.h"
#include "module/compile.h"
#include "module/internal.h"

static void add(struct gx_unwatched *unwatched, const char *what)
{
	for (unsigned i = 0; i < unwatched->count; i++)
		if (!strcmp(unwatched->what[i], what))
			return;
	if (unwatched->count == GX_UNWATCHED_MAX) {
		unwatched->more = true;
		return;
	}
	unwatched->what[unwatched->count] = strdup(what);
	if (!unwatched->what[unwatched->count])
		gx_no_memory("what is not watched");
	for (unsigned char *c = (unsigned char *)unwatched->what[unwatched->count]; *c; c++)
		if (*c < ' ' || *c > '~') /* it comes from the file */
			*c = '?';
	unwatched->count++;
}

/* ---- functions ---- */

static bool is_of_streams(const char *name)
{
	static const char *const parts[] = {"basic_ostream", "basic_istream", "basic_iostream", "basic_ios",
					    "ios_base",      "stringstream",  "stringbuf",      "streambuf",
					    "ostream",       "istream",       "locale"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(name, parts[i]))
			return true;
	return false;
}

/* As it stands in the source: what headers make of it, they make so. */
static const char *as_written(const char *name)
{
	static const char *const begin[] = {"__isoc99_", "__isoc23_"};

	for (size_t i = 0; i < sizeof(begin) / sizeof(begin[0]); i++)
		if (!strncmp(name, begin[i], strlen(begin[i])))
			return name + strlen(begin[i]);
	return name;
}

/* Without its parameters: which of the overloaded ones it is matters to nobody. */
static void add_function(struct gx_unwatched *unwatched, const char *name)
{
	char *readable = gx_module_demangled(name);
	const char *written = readable ? readable : as_written(name);
	size_t length = strcspn(written, "(");
	char words[256];
	char where[96];

	gx_module_say_caller(unwatched->calls, name, where, sizeof(where));
	(void)snprintf(words, sizeof(words), "%.*s()%s", (int)(length < 150 ? length : 150), written, where);
	add(unwatched, readable && is_of_streams(readable) ? "C++ streams" : words);
	free(readable);
}

struct asked {
	uintptr_t address;
	bool is_code;
};

static int look_for_code(struct dl_phdr_info *info, size_t size, void *data)
{
	struct asked *asked = data;

	(void)size;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *phdr = &info->dlpi_phdr[i];

		asked->is_code |= phdr->p_type == PT_LOAD && phdr->p_flags & PF_X &&
				  asked->address - (info->dlpi_addr + phdr->p_vaddr) < phdr->p_memsz;
	}
	return asked->is_code;
}

/* Not by its symbol: one that is chosen when it is bound (IFUNC) has none at its address. */
static bool is_function(const void *address)
{
	struct asked asked = {.address = (uintptr_t)address};

	return address && dl_iterate_phdr(look_for_code, &asked);
}

/* Mathematics, the compiler's own: by value, but for those that put a second result somewhere. */
static bool is_of_numbers(const struct gx_objects *objects, const void *address, const char *name)
{
	static const char results[] =
		" frexp frexpf frexpl modf modff modfl remquo remquof remquol sincos sincosf sincosl lgamma_r "
		"lgammaf_r lgammal_r nan nanf nanl ";
	char word[64];
	Dl_info info;

	(void)snprintf(word, sizeof(word), " %.60s ", name);
	if (!dladdr(address, &info) || strstr(results, word))
		return false;
	for (unsigned i = 0; i < objects->count; i++)
		if (objects->object[i].is_language && !strstr(gx_module_soname(objects->object[i].map), "stdc++") &&
		    (uintptr_t)info.dli_fbase == objects->object[i].map->l_addr)
			return true;
	return objects->mathematics && (uintptr_t)info.dli_fbase == objects->mathematics->l_addr;
}

static void look_at_table(struct gx_unwatched *unwatched, const struct gx_objects *objects, const struct link_map *map,
			  uintptr_t table, size_t bytes)
{
	const ElfW(Rela) *rela = (const ElfW(Rela) *)table;

	for (size_t i = 0; i < bytes / sizeof(*rela); i++) {
		const char *name = gx_module_called(map, &rela[i]);
		const void *address = *name ? dlsym(RTLD_DEFAULT, name) : NULL;

		if (!is_function(address) || gx_access_libc(name) || gx_access_touches_nothing(name) ||
		    is_of_numbers(objects, address, name))
			continue;
		add_function(unwatched, name);
	}
}

static void look_at_calls(struct gx_unwatched *unwatched, const struct gx_objects *objects, const struct link_map *map)
{
	look_at_table(unwatched, objects, map, gx_module_dynamic(map, DT_JMPREL), gx_module_dynamic(map, DT_PLTRELSZ));
	look_at_table(unwatched, objects, map, gx_module_dynamic(map, DT_RELA), gx_module_dynamic(map, DT_RELASZ));
}

/* ---- the note ---- */

static void look_at_note(struct gx_unwatched *unwatched, const char *path)
{
	char *note = gx_module_note(path, GX_ASSEMBLY_NOTE);
	char words[160];

	for (const char *line = note; line && *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t length = strcspn(line, "\n");

		(void)snprintf(words, sizeof(words), "%.*s", (int)(length < 150 ? length : 150), line);
		if (*words)
			add(unwatched, words);
	}
	if (!note)
		add(unwatched, "inline assembly, if it has any");
	free(note);
}

static int in_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void gx_module_find_unwatched(struct gx_unwatched *unwatched, const struct gx_objects *objects, const char *path)
{
	gx_module_forget_unwatched(unwatched);
	unwatched->calls = gx_module_note(path, GX_ASSEMBLY_CALLS);
	for (unsigned i = 0; i < objects->count; i++) {
		const struct link_map *map = objects->object[i].map;

		if (objects->object[i].is_language)
			continue;
		if (gx_module_is_instrumented(map))
			look_at_calls(unwatched, objects, map);
		else
			add(unwatched, gx_module_soname(map));
	}
	look_at_note(unwatched, path);
	free(unwatched->calls);
	unwatched->calls = NULL;
	qsort(unwatched->what, unwatched->count, sizeof(unwatched->what[0]), in_order);
}

void gx_module_forget_unwatched(struct gx_unwatched *unwatched)
{
	for (unsigned i = 0; i < unwatched->count; i++)
		free(unwatched->what[i]);
	*unwatched = (struct gx_unwatched){.count = 0};
}
