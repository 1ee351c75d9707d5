#include "core/line.h"

#include <dlfcn.h>
#include <elfutils/libdw.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/symbol.h"

enum { FILES_MAX = 32 };

/* What has been read stays: there are few files. */
static struct {
	const unsigned char *bytes;
	Dwarf *dwarf; /* NULL: it says nothing */
} files[FILES_MAX];
static unsigned file_count;

static Dwarf *dwarf_of(const unsigned char *bytes, size_t size)
{
	Elf *elf;

	for (unsigned i = 0; i < file_count; i++)
		if (files[i].bytes == bytes)
			return files[i].dwarf;
	if (file_count == FILES_MAX || elf_version(EV_CURRENT) == EV_NONE)
		return NULL;
	elf = elf_memory((char *)(uintptr_t)bytes, size);
	files[file_count].bytes = bytes;
	files[file_count].dwarf = elf ? dwarf_begin_elf(elf, DWARF_C_READ, NULL) : NULL;
	if (elf && !files[file_count].dwarf)
		elf_end(elf);
	return files[file_count++].dwarf;
}

/* The unit that has code there. gcc says so in a table; of clang's each is asked. */
static bool unit_of(Dwarf *dwarf, Dwarf_Addr address, Dwarf_Die *unit)
{
	Dwarf_Off offset = 0;
	Dwarf_Off next;
	size_t head;

	if (dwarf_addrdie(dwarf, address, unit))
		return true;
	while (!dwarf_nextcu(dwarf, offset, &next, &head, NULL, NULL, NULL)) {
		if (dwarf_offdie(dwarf, offset + head, unit) && dwarf_haspc(unit, address) == 1)
			return true;
		offset = next;
	}
	return false;
}

void gx_line_prepare(const void *address)
{
	const unsigned char *bytes;
	Dl_info info;
	size_t size;

	if (dladdr(address, &info) && gx_symbol_file(info.dli_fname, &bytes, &size))
		(void)dwarf_of(bytes, size);
}

bool gx_line_of(const void *address, struct gx_line *out)
{
	const unsigned char *bytes;
	const char *path;
	Dwarf_Die unit;
	Dwarf_Line *line;
	Dl_info info;
	size_t size;
	Dwarf *dwarf;
	int number;

	*out = (struct gx_line){.number = 0};
	if (!dladdr(address, &info) || !gx_symbol_file(info.dli_fname, &bytes, &size))
		return false;
	dwarf = dwarf_of(bytes, size);
	if (!dwarf)
		return false;
	/* A shared object is linked to begin at 0. */
	if (!unit_of(dwarf, (uintptr_t)address - (uintptr_t)info.dli_fbase, &unit))
		return false;
	line = dwarf_getsrc_die(&unit, (uintptr_t)address - (uintptr_t)info.dli_fbase);
	path = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
	if (!path || dwarf_lineno(line, &number) || number <= 0)
		return false;
	snprintf(out->path, sizeof(out->path), "%s", path);
	out->number = (unsigned)number;
	return true;
}
