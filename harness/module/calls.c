/*
 * calls.c - what a plugin calls that gatecrash would have to model, and does not.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

#include "module/internal.h"

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

bool gx_module_is_of_the_program(const void *address)
{
	Dl_info here;
	Dl_info there;

	return dladdr((const void *)(uintptr_t)gx_module_is_of_the_program, &here) && dladdr(address, &there) &&
	       here.dli_fbase == there.dli_fbase;
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
		if (found && !gx_module_is_of_the_program(found))
			return name;
	}
	return NULL;
}

enum gx_status gx_module_check_calls(const struct link_map *map, const char *path, struct gx_error *err)
{
	const char *name = unmodelled_of(map, dynamic(map, DT_JMPREL), dynamic(map, DT_PLTRELSZ));

	if (!name)
		name = unmodelled_of(map, dynamic(map, DT_RELA), dynamic(map, DT_RELASZ));
	if (name)
		return gx_module_refuse(
			err,
			"%s: calls %.80s(), which gatecrash does not model; pthread's mutexes, condition variables and threads, and semaphores it does",
			path, name);
	return GX_OK;
}
