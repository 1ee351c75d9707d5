#include "core/symbol.h"

#include <ctype.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file that is looked at. What stands in it may be anything: whoever loaded it has not asked for its sections. */
struct image {
	const unsigned char *bytes;
	size_t size;
};

static bool map_file(struct image *image, const char *path)
{
	struct stat about;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *bytes = MAP_FAILED;

	if (fd >= 0 && !fstat(fd, &about) && S_ISREG(about.st_mode) && about.st_size > 0) {
		image->size = (size_t)about.st_size;
		bytes = mmap(NULL, image->size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	if (fd >= 0)
		close(fd);
	image->bytes = bytes == MAP_FAILED ? NULL : bytes;
	return image->bytes;
}

/* `count` things of this size at an offset of the file; NULL if they are not all there. */
static const void *part(const struct image *image, uint64_t offset, uint64_t count, size_t size)
{
	if (offset > image->size || count > (image->size - offset) / size)
		return NULL;
	return image->bytes + offset;
}

/* The one with local symbols, if the file was not stripped of it. */
static const ElfW(Shdr) * symbol_table(const ElfW(Shdr) * sections, unsigned count)
{
	const ElfW(Shdr) *found = NULL;

	for (unsigned i = 0; i < count; i++)
		if (sections[i].sh_type == SHT_SYMTAB || (sections[i].sh_type == SHT_DYNSYM && !found))
			found = &sections[i];
	return found;
}

static bool covers(const ElfW(Sym) * symbol, uintptr_t value)
{
	unsigned type = symbol->st_info & 0xf;

	return (type == STT_OBJECT || type == STT_FUNC) && symbol->st_shndx != SHN_UNDEF && value >= symbol->st_value &&
	       value < symbol->st_value + symbol->st_size;
}

/* A name in a mangled one: its length, and then itself. True if there is one at *at, behind which *at is then. */
struct text {
	const char *at;
	size_t length;
};

static bool take_part(const struct text *name, size_t *at, struct text *part)
{
	size_t length = 0;
	size_t i = *at;

	while (i < name->length && isdigit((unsigned char)name->at[i]) && length <= name->length)
		length = length * 10 + (size_t)(name->at[i++] - '0');
	if (i == *at || !length || length > name->length - i)
		return false;
	*part = (struct text){name->at + i, length};
	*at = i + length;
	return true;
}

/* I...E, arguments of a template: others are in them. */
static void skip_arguments(const struct text *name, size_t *at)
{
	unsigned depth = 0;
	struct text part;

	while (*at < name->length) {
		if (take_part(name, at, &part))
			continue;
		depth += strchr("INLXJF", name->at[*at]) != NULL;
		depth -= name->at[(*at)++] == 'E';
		if (!depth)
			return;
	}
}

/* The last of A::B::c, up to its E. */
static void take_nested(const struct text *name, size_t at, struct text *part)
{
	while (at < name->length && name->at[at] != 'E') {
		if (name->at[at] == 'I')
			skip_arguments(name, &at);
		else if (!take_part(name, &at, part))
			at++;
	}
}

/* What is in a function comes behind it: the last of all. */
static void take_last(const struct text *name, size_t at, struct text *part)
{
	while (at < name->length)
		if (!take_part(name, &at, part))
			at++;
}

/*
 * "count.0" of a static in a function is "count"; "_ZL5count", "_ZZ6handleE5count" and "_ZN4mine5countE" are, too; "_ZL6handlePvPK10gx_request"
 * is "handle" (Itanium C++ ABI, 5.1: what follows are the types of its arguments).
 */
static void say_name(char *out, size_t size, const char *symbol, size_t length)
{
	const struct text name = {symbol, length};
	struct text found = name;
	size_t at = 2;

	if (length > 2 && !memcmp(symbol, "_Z", 2)) {
		if (symbol[2] == 'Z') {
			take_last(&name, at, &found);
		} else if (symbol[2] == 'N') {
			take_nested(&name, at + 1, &found);
		} else {
			at += symbol[2] == 'L' ? 1 : !strncmp(symbol + 2, "St", 2) ? 2 : 0;
			(void)take_part(&name, &at, &found);
		}
	}
	for (size_t i = 0; i < found.length; i++)
		if (found.at[i] == '.')
			found.length = i;
	if (found.length >= size)
		found.length = size - 1;
	for (size_t i = 0; i < found.length; i++)
		out[i] = isgraph((unsigned char)found.at[i]) ? found.at[i] : '?';
	out[found.length] = '\0';
}

static bool find_symbol(const struct image *image, uintptr_t base, uintptr_t address, struct gx_symbol *out)
{
	const ElfW(Ehdr) *head = part(image, 0, 1, sizeof(*head));
	const ElfW(Shdr) *sections = NULL;
	const ElfW(Shdr) *table = NULL;
	const ElfW(Sym) *symbols = NULL;
	const char *names = NULL;
	uint64_t count;
	uintptr_t value;

	if (!head || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 || head->e_shoff % sizeof(void *))
		return false;
	value = head->e_type == ET_DYN ? address - base : address;
	sections = part(image, head->e_shoff, head->e_shnum, sizeof(*sections));
	table = sections ? symbol_table(sections, head->e_shnum) : NULL;
	if (!table || table->sh_link >= head->e_shnum || table->sh_offset % sizeof(void *))
		return false;
	count = table->sh_size / sizeof(*symbols);
	symbols = part(image, table->sh_offset, count, sizeof(*symbols));
	names = part(image, sections[table->sh_link].sh_offset, sections[table->sh_link].sh_size, 1);
	for (uint64_t i = 0; symbols && names && i < count; i++) {
		uint64_t at = symbols[i].st_name;
		uint64_t most = sections[table->sh_link].sh_size;

		if (!covers(&symbols[i], value) || !at || at >= most)
			continue;
		say_name(out->name, sizeof(out->name), names + at, strnlen(names + at, most - at));
		out->offset = value - symbols[i].st_value;
		out->size = symbols[i].st_size;
		out->is_function = (symbols[i].st_info & 0xf) == STT_FUNC;
		return out->name[0];
	}
	return false;
}

/* Files stay mapped: who is sealed opens none any more. */
enum { IMAGES_MAX = 32 };
static struct {
	char *path;
	struct image image;
} images[IMAGES_MAX];
static unsigned image_count;
static bool closed;

void gx_symbol_close(void)
{
	closed = true;
}

static const struct image *image_of(const char *path)
{
	unsigned i = 0;

	while (i < image_count && strcmp(images[i].path, path) != 0)
		i++;
	if (i < image_count)
		return &images[i].image;
	if (i == IMAGES_MAX || closed || !map_file(&images[i].image, path))
		return NULL;
	images[i].path = strdup(path);
	if (!images[i].path)
		return NULL;
	image_count++;
	return &images[i].image;
}

void gx_symbol_prepare(const void *address)
{
	Dl_info info;

	if (dladdr(address, &info) && info.dli_fname)
		(void)image_of(info.dli_fname);
}

bool gx_symbol_file(const char *path, const unsigned char **bytes, size_t *size)
{
	const struct image *image = path ? image_of(path) : NULL;

	if (!image || !image->bytes)
		return false;
	*bytes = image->bytes;
	*size = image->size;
	return true;
}

bool gx_symbol_of(const void *address, struct gx_symbol *out)
{
	const struct image *image;
	Dl_info info;

	*out = (struct gx_symbol){0};
	if (!dladdr(address, &info) || !info.dli_fname)
		return false;
	image = image_of(info.dli_fname);
	return image && find_symbol(image, (uintptr_t)info.dli_fbase, (uintptr_t)address, out);
}
