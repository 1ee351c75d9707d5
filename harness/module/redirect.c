/*
 * redirect.c - calls of an instrumented plugin that read or write memory by libc's functions: bound to those of access/libc.h.
 *
 * The loader has bound them already, and made the table of addresses read-only maybe (RELRO): its pages become writable for a moment.
 */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "access/libc.h"
#include "hosts/tsan.h"
#include "module/internal.h"

#if defined(__x86_64__)
#define IS_ADDRESS(type) ((type) == R_X86_64_JUMP_SLOT || (type) == R_X86_64_GLOB_DAT || (type) == R_X86_64_64)
#else
#define IS_ADDRESS(type) ((type) == R_AARCH64_JUMP_SLOT || (type) == R_AARCH64_GLOB_DAT || (type) == R_AARCH64_ABS64)
#endif

static bool bind(void **slot, void *function, bool is_read_only)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	void *base = (void *)((uintptr_t)slot & ~(page - 1));

	if (is_read_only && mprotect(base, page, PROT_READ | PROT_WRITE))
		return false;
	*slot = function;
	return !is_read_only || !mprotect(base, page, PROT_READ);
}

struct relro {
	uintptr_t object;
	uintptr_t from;
	uintptr_t to;
};

static int find_relro(struct dl_phdr_info *info, size_t size, void *data)
{
	struct relro *relro = data;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size;
	if (info->dlpi_addr != relro->object)
		return 0;
	for (unsigned i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_GNU_RELRO) {
			relro->from = (info->dlpi_addr + info->dlpi_phdr[i].p_vaddr) & ~(page - 1);
			relro->to = (info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz) &
				    ~(page - 1);
		}
	return 1;
}

static bool redirect_table(const struct link_map *map, uintptr_t table, size_t bytes, const struct relro *relro)
{
	const ElfW(Rela) *rela = (const ElfW(Rela) *)table;

	for (size_t i = 0; i < bytes / sizeof(*rela); i++) {
		void **slot = (void **)(map->l_addr + rela[i].r_offset);
		const char *name = gx_module_called(map, &rela[i]);
		void *function = gx_access_libc(name);

		if (!function)
			function = gx_tsan_function(name);
		/* Addresses in static data among them: a table of functions is called like any. */
		if (function && !rela[i].r_addend && IS_ADDRESS(ELF64_R_TYPE(rela[i].r_info)) &&
		    !bind(slot, function, (uintptr_t)slot >= relro->from && (uintptr_t)slot < relro->to))
			return false;
	}
	return true;
}

bool gx_module_redirect(const struct link_map *map)
{
	struct relro relro = {.object = map->l_addr};

	dl_iterate_phdr(find_relro, &relro);
	return redirect_table(map, gx_module_dynamic(map, DT_JMPREL), gx_module_dynamic(map, DT_PLTRELSZ), &relro) &&
	       redirect_table(map, gx_module_dynamic(map, DT_RELA), gx_module_dynamic(map, DT_RELASZ), &relro);
}
