/*
 * note.c - what module/compile.c has left in a file for whoever loads it: a section of lines that is not loaded (assembly.c).
 *
 * The file has been looked at (elf.c), its sections have not: nothing that they say is trusted.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "module/internal.h"

static char *copy(const char *from, size_t size)
{
	char *text = strndup(from, size);

	if (!text)
		gx_no_memory("a note");
	return text;
}

static char *look_at_sections(const char *file, size_t size, const char *section_name)
{
	const ElfW(Ehdr) *head = (const ElfW(Ehdr) *)file;
	const ElfW(Shdr) * sections;
	const ElfW(Shdr) * names;
	size_t length = strlen(section_name) + 1;

	if (head->e_shoff > size || head->e_shoff % 8 || head->e_shentsize != sizeof(*sections) ||
	    (size - head->e_shoff) / sizeof(*sections) < head->e_shnum || head->e_shstrndx >= head->e_shnum)
		return NULL;
	sections = (const ElfW(Shdr) *)(file + head->e_shoff);
	names = &sections[head->e_shstrndx];
	for (unsigned i = 0; i < head->e_shnum; i++) {
		const ElfW(Shdr) *section = &sections[i];
		uint64_t name = names->sh_offset + section->sh_name;

		if (names->sh_offset > size || name > size || size - name < length ||
		    memcmp(file + name, section_name, length) != 0)
			continue;
		if (section->sh_type != SHT_NOBITS && section->sh_offset <= size &&
		    section->sh_size <= size - section->sh_offset)
			return copy(file + section->sh_offset, section->sh_size);
	}
	return NULL;
}

char *gx_module_note(const char *path, const char *section)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	char *file = MAP_FAILED;
	char *text = NULL;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &status) && status.st_size > (off_t)sizeof(ElfW(Ehdr)))
		file = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file != MAP_FAILED) {
		text = look_at_sections(file, (size_t)status.st_size, section);
		munmap(file, (size_t)status.st_size);
	}
	close(fd);
	return text;
}

void gx_module_say_caller(const char *calls, const char *name, char *text, size_t size)
{
	size_t length = strlen(name);

	*text = 0;
	for (const char *line = calls; line && *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (!strncmp(line, name, length) && line[length] == ' ') {
			(void)snprintf(text, size, " (%.*s)", (int)strcspn(line + length + 1, "\n"), line + length + 1);
			return;
		}
}
