/*
 * assembly.c - what a compiler has made of a source, looked through before it is assembled: accesses by inline assembly are seen by nobody, so
 * where it stands is noted in the file, in a section that is not loaded.
 *
 * gcc and clang put what comes from asm() between lines #APP and #NO_APP (//APP on AArch64); gcc says there where it stands, clang by the .loc
 * before. What has no instructions, such as a barrier for the compiler, accesses nothing. Which functions are called from where is noted, too:
 * the loader of a gate has nothing but their names.
 */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "module/compile.h"
#include "module/internal.h"

enum { FILES_MAX = 512, NAME_BYTES = 96, CALLED_MAX = 8192 };

struct reading {
	char files[FILES_MAX][NAME_BYTES]; /* by number: .file 3 "dir" "name" */
	char place[NAME_BYTES + 16];       /* of the block that is read */
	unsigned file;
	unsigned line;
	bool within;
	bool told;
	bool calls_libatomic;
	FILE *notes;
	FILE *calls;
	uint64_t called[CALLED_MAX]; /* hashes of names */
	unsigned called_count;
};

/* The last word of a line in quotation marks, without its folders. */
static void copy_last_name(char to[NAME_BYTES], const char *line)
{
	const char *end = strrchr(line, '"');
	const char *from = end;

	while (from && from > line && from[-1] != '"' && from[-1] != '/')
		from--;
	(void)snprintf(to, NAME_BYTES, "%.*s", from ? (int)(end - from) : 0, from ? from : "");
}

static void note(struct reading *reading)
{
	if (!*reading->place && reading->file < FILES_MAX)
		(void)snprintf(reading->place, sizeof(reading->place), "%s:%u", reading->files[reading->file],
			       reading->line);
	fprintf(reading->notes, "inline assembly at %s\n", reading->place);
	reading->told = true;
}

static bool is_new(struct reading *reading, const char *name, size_t length)
{
	uint64_t hash = XXH3_64bits(name, length);

	for (unsigned i = 0; i < reading->called_count; i++)
		if (reading->called[i] == hash)
			return false;
	if (reading->called_count < CALLED_MAX)
		reading->called[reading->called_count++] = hash;
	return reading->called_count < CALLED_MAX;
}

/* `call sscanf@PLT`, `call *sscanf@GOTPCREL(%rip)`, `bl sscanf`; an address that is taken, too. */
static void note_call(struct reading *reading, const char *at)
{
	const char *end = strchr(at, '@');
	const char *name = end;
	size_t length;

	if (end) {
		while (name > at && !strchr(" \t*,", name[-1]))
			name--;
	} else if (!strncmp(at, "bl\t", 3)) {
		name = at + 3;
		end = name + strlen(name);
	}
	length = name ? (size_t)(end - name) : 0;
	if (length && reading->file < FILES_MAX && *reading->files[reading->file] && strncmp(name, "__tsan_", 7) != 0 &&
	    is_new(reading, name, length))
		fprintf(reading->calls, "%.*s %s:%u\n", (int)length, name, reading->files[reading->file],
			reading->line);
}

static void begin_block(struct reading *reading)
{
	reading->within = true;
	reading->told = false;
	reading->place[0] = 0;
}

/* `at`: a line of a block, without blanks before it. */
static void read_within(struct reading *reading, const char *at)
{
	unsigned line;

	if (!strncmp(at, "#NO_APP", 7) || !strncmp(at, "//NO_APP", 8)) {
		reading->within = false;
	} else if (sscanf(at, "# %u \"", &line) == 1 && line) {
		char name[NAME_BYTES];

		copy_last_name(name, at);
		(void)snprintf(reading->place, sizeof(reading->place), "%s:%u", name, line);
	} else if (*at && *at != '#' && strncmp(at, "//", 2) != 0 && !reading->told) {
		note(reading);
	}
}

static void read_line(struct reading *reading, const char *at)
{
	unsigned file;
	unsigned line;

	at += strspn(at, " \t");
	reading->calls_libatomic |= (!strncmp(at, "call", 4) || !strncmp(at, "bl", 2)) && strstr(at, "__atomic_");
	if (reading->within)
		read_within(reading, at);
	else if (!strncmp(at, "#APP", 4) || !strncmp(at, "//APP", 5))
		begin_block(reading);
	else if (sscanf(at, ".file %u ", &file) == 1 && file < FILES_MAX)
		copy_last_name(reading->files[file], at);
	else if (sscanf(at, ".loc %u %u", &file, &line) == 2) {
		reading->file = file;
		reading->line = line;
	} else if (*at != '.' && *at != '#')
		note_call(reading, at);
}

/* An assembler's words for bytes that are not loaded, and are linked one behind the other. */
static void write_section(FILE *to, const char *name, const char *lines)
{
	fprintf(to, "\n\t.section %s,\"\",%%progbits\n\t.ascii \"", name);
	for (; *lines; lines++)
		if (*lines == '\n')
			fprintf(to, "\\n");
		else if (*lines == '"' || *lines == '\\' || !isprint((unsigned char)*lines))
			fprintf(to, "?");
		else
			putc(*lines, to);
	fprintf(to, "\"\n");
}

static void read_all(struct reading *reading, FILE *from)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	while ((length = getline(&line, &room, from)) > 0) {
		line[length - (line[length - 1] == '\n')] = 0;
		read_line(reading, line);
	}
	free(line);
}

static bool add_section(const char *path, const char *name, const char *lines)
{
	FILE *to = fopen(path, "a");

	if (!to)
		return false;
	write_section(to, name, lines);
	return !fclose(to);
}

bool gx_assembly_add(const char *path, const char *lines)
{
	return add_section(path, GX_ASSEMBLY_NOTE, lines);
}

bool gx_assembly_is_noted(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t matched = 0;
	int c = EOF;

	while (file && matched < strlen(GX_ASSEMBLY_NOTE) && (c = getc(file)) != EOF)
		matched = c == GX_ASSEMBLY_NOTE[matched] ? matched + 1 : c == GX_ASSEMBLY_NOTE[0];
	if (file)
		(void)fclose(file);
	return c != EOF;
}

static FILE *open_text(char **text, size_t *size)
{
	FILE *to = open_memstream(text, size);

	if (!to)
		gx_no_memory("what a compiler has made");
	return to;
}

bool gx_assembly_look(const char *path, bool *calls_libatomic)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	FILE *from = fopen(path, "r");
	char *notes = NULL;
	char *calls = NULL;
	size_t size = 0;
	bool done;

	if (!reading)
		gx_no_memory("what a compiler has made");
	reading->notes = open_text(&notes, &size);
	reading->calls = open_text(&calls, &size);
	if (from) {
		read_all(reading, from);
		(void)fclose(from);
	}
	(void)fclose(reading->notes);
	(void)fclose(reading->calls);
	*calls_libatomic |= reading->calls_libatomic;
	done = from && gx_assembly_add(path, *notes ? notes : "\n") && add_section(path, GX_ASSEMBLY_CALLS, calls);
	free(notes);
	free(calls);
	free(reading);
	return done;
}
