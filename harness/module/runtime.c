/*
 * runtime.c - libraries that are there in name only.
 *
 *     gcc -shared -fsanitize=thread ─► NEEDED libtsan.so.2 ─► dlopen() finds one of that name loaded: this one, which is empty
 *                                                        └─► __tsan_read4() and the like are found in the program, as always
 *
 * What gcc links with -fsanitize=thread wants the compiler's runtime beside it (what clang links does not), and two runtimes cannot be in
 * one process. The loader goes by the name that a library gives itself (DT_SONAME; glibc, elf/dl-load.c, _dl_map_object()).
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "module/internal.h"

/* All that the loader looks at, in one piece of one page: its name, and one symbol, which is none. */
struct empty_library {
	ElfW(Ehdr) head;
	ElfW(Phdr) load;
	ElfW(Phdr) dynamic;
	ElfW(Dyn) entries[6];
	ElfW(Sym) none;
	char strings[32];
};

static struct empty_library library_of(const char *name)
{
	struct empty_library library = {
		.head = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, GX_MODULE_CLASS, GX_MODULE_DATA, EV_CURRENT},
			 .e_type = ET_DYN,
			 .e_machine = GX_MODULE_MACHINE,
			 .e_version = EV_CURRENT,
			 .e_phoff = offsetof(struct empty_library, load),
			 .e_ehsize = sizeof(ElfW(Ehdr)),
			 .e_phentsize = sizeof(ElfW(Phdr)),
			 .e_phnum = 2},
		.load = {.p_type = PT_LOAD,
			 .p_flags = PF_R | PF_W,
			 .p_filesz = sizeof(library),
			 .p_memsz = sizeof(library),
			 .p_align = 4096},
		.dynamic = {.p_type = PT_DYNAMIC,
			    .p_flags = PF_R | PF_W,
			    .p_offset = offsetof(struct empty_library, entries),
			    .p_vaddr = offsetof(struct empty_library, entries),
			    .p_filesz = sizeof(library.entries),
			    .p_memsz = sizeof(library.entries),
			    .p_align = sizeof(void *)},
		.entries = {{DT_SONAME, {1}},
			    {DT_STRTAB, {offsetof(struct empty_library, strings)}},
			    {DT_SYMTAB, {offsetof(struct empty_library, none)}},
			    {DT_STRSZ, {sizeof(library.strings)}},
			    {DT_SYMENT, {sizeof(library.none)}},
			    {DT_NULL, {0}}},
	};

	snprintf(library.strings + 1, sizeof(library.strings) - 1, "%s", name);
	return library;
}

static void load(const char *name, size_t nth)
{
	const struct empty_library library = library_of(name);
	char path[64];
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0)
		return;
	/* The loader does not look again at a path that it knows, and the number may be the same; to a debugger "self" would be itself. */
	snprintf(path, sizeof(path), "/proc/%d/%sfd/%d", (int)getpid(), nth ? "./" : "", fd);
	if (write(fd, &library, sizeof(library)) == (ssize_t)sizeof(library))
		(void)!dlopen(path, RTLD_NOW | RTLD_GLOBAL);
	close(fd);
}

/* In gcc 11 and before it has the first name, later the second. */
static const char *const names[] = {"libtsan.so.0", "libtsan.so.2"};

bool gx_module_is_in_name_only(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static bool says(const char *text, size_t size, const char *name)
{
	return memmem(text, size, name, strlen(name) + 1);
}

void gx_module_load_names(const char *path)
{
	static bool done[sizeof(names) / sizeof(names[0])];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *text;

	if (fd < 0)
		return;
	text = fstat(fd, &st) ? MAP_FAILED : mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (text == MAP_FAILED)
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!done[i] && says(text, (size_t)st.st_size, names[i])) {
			load(names[i], i);
			done[i] = true;
		}
	munmap(text, (size_t)st.st_size);
}
