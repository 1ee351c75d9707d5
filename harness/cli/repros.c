#include "cli/repros.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/nearest.h"

void gx_repros_release(struct gx_repros *repros)
{
	for (size_t i = 0; i < repros->count; i++) {
		free(repros->lines[i].text);
		free(repros->lines[i].rule);
		free(repros->lines[i].workspace);
	}
	free(repros->lines);
	*repros = (struct gx_repros){0};
}

static enum gx_status no_memory(struct gx_error *err)
{
	return gx_fail(err, GX_ENOMEM, "out of memory for repros");
}

/* A copy of `length` bytes, as the last line. */
static enum gx_status add(struct gx_repros *out, const char *text, size_t length, struct gx_error *err)
{
	struct gx_repros_line *larger;

	/* Doubling at powers of two: the count tells the capacity. */
	if (!(out->count & (out->count - 1))) {
		larger = realloc(out->lines, (out->count ? out->count * 2 : 1) * sizeof(*larger));
		if (!larger)
			return no_memory(err);
		out->lines = larger;
	}
	out->lines[out->count] = (struct gx_repros_line){.text = strndup(text, length)};
	if (!out->lines[out->count].text)
		return no_memory(err);
	out->count++;
	return GX_OK;
}

/* ---- text ---- */

/* "gx1:", "gx1a:" or "gx1s1f.20:": where one begins, unless it is in the middle of a word. */
static bool begins_here(const char *text, const char *start)
{
	const char *digits = text + 2;

	if (strncmp(text, "gx", 2) || !isdigit((unsigned char)*digits))
		return false;
	if (text > start && (isalnum((unsigned char)text[-1]) || strchr("_-./", text[-1])))
		return false;
	digits += strspn(digits, "0123456789");
	if (*digits == 's')
		digits += 1 + strspn(digits + 1, "0123456789abcdef.");
	else if (*digits == 'a')
		digits++;
	return *digits == ':';
}

static size_t length_of(const char *repro)
{
	return strspn(repro, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-%:*~,!");
}

static enum gx_status read_line(struct gx_repros *out, const char *line, size_t length, struct gx_error *err)
{
	const char *at = line;
	enum gx_status rc = GX_OK;

	while (rc == GX_OK && (at = memmem(at, length - (size_t)(at - line), "gx", 2)) != NULL) {
		size_t taken = begins_here(at, line) ? length_of(at) : 0;

		if (taken)
			rc = add(out, at, taken, err);
		at += taken ? taken : 1;
	}
	return rc;
}

static enum gx_status read_text(struct gx_repros *out, const char *text, struct gx_error *err)
{
	enum gx_status rc = GX_OK;

	while (*text && rc == GX_OK) {
		size_t length = strcspn(text, "\n");

		if (text[strspn(text, " \t\r")] != '#')
			rc = read_line(out, text, length, err);
		text += length + (text[length] == '\n');
	}
	return rc;
}

/* ---- JSON ---- */

static char *copy_of(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? strdup(text) : NULL;
}

static enum gx_status add_finding(struct gx_repros *out, json_t *finding, const char *repro, struct gx_error *err)
{
	enum gx_status rc = add(out, repro, strlen(repro), err);

	if (rc == GX_OK) {
		out->lines[out->count - 1].rule = copy_of(finding, "rule");
		out->lines[out->count - 1].workspace = copy_of(finding, "workspace");
	}
	return rc;
}

/* Wherever they are: in a result, in one run of it, in one finding. No deeper than jansson reads. */
static enum gx_status walk(struct gx_repros *out, json_t *json, struct gx_error *err)
{
	const char *repro = json_string_value(json_object_get(json, "repro"));
	enum gx_status rc = repro ? add_finding(out, json, repro, err) : GX_OK;
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach(json, key, value) rc = rc == GX_OK ? walk(out, value, err) : rc;
	json_array_foreach(json, i, value) rc = rc == GX_OK ? walk(out, value, err) : rc;
	return rc;
}

static enum gx_status read_json(struct gx_repros *out, const char *text, const char *path, struct gx_error *err)
{
	json_error_t error;
	json_t *json = json_loads(text, 0, &error);
	enum gx_status rc;

	if (!json)
		return gx_fail(err, GX_EINPUT, "%.300s:%d:%d: not a JSON result: %s", path, error.line, error.column,
			       error.text);
	rc = walk(out, json, err);
	json_decref(json);
	return rc;
}

/* ---- files ---- */

/* All bytes, one more than there may be, closed by a zero; *size says how many. */
static enum gx_status slurp(FILE *in, char **out, size_t *size, size_t most, struct gx_error *err)
{
	size_t capacity = 0;

	*size = 0;
	for (;;) {
		size_t wanted = capacity ? capacity * 2 : 1u << 16;
		char *larger;
		size_t got;

		if (wanted > most + 2)
			wanted = most + 2;
		larger = realloc(*out, wanted);
		if (!larger)
			return no_memory(err);
		*out = larger;
		capacity = wanted;
		got = fread(larger + *size, 1, capacity - 1 - *size, in);
		*size += got;
		larger[*size] = '\0';
		if (*size < capacity - 1 || *size > most)
			return GX_OK;
	}
}

enum gx_status gx_repros_text(char **out, FILE *in, size_t most, const char *path, struct gx_error *err)
{
	size_t size;
	enum gx_status rc = slurp(in, out, &size, most, err);

	if (rc != GX_OK)
		return rc;
	if (ferror(in))
		return gx_fail(err, GX_EINPUT, "%.200s: cannot be read: %s", path, strerror(errno));
	if (size > most)
		return gx_fail(err, GX_EINPUT, "%.200s: more than %zu MiB is no report of ours", path, most >> 20);
	if (strlen(*out) < size)
		return gx_fail(err, GX_EINPUT, "%.200s: not text, and so no repro", path);
	return GX_OK;
}

static enum gx_status read_bytes(struct gx_repros *out, const char *text, const char *path, struct gx_error *err)
{
	char first = text[strspn(text, " \t\r\n")];
	enum gx_status rc = first == '{' || first == '[' ? read_json(out, text, path, err) : read_text(out, text, err);

	if (rc != GX_OK || out->count)
		return rc;
	return gx_fail(err, GX_EINPUT, "%.200s holds no repro line, one that begins with 'gx1:'", path);
}

enum gx_status gx_repros_read(struct gx_repros *out, const char *path, struct gx_error *err)
{
	bool is_input = !strcmp(path, "-");
	FILE *in = is_input ? stdin : fopen(path, "re");
	const char *shown = is_input ? "standard input" : path;
	char *text = NULL;
	enum gx_status rc;

	*out = (struct gx_repros){0};
	if (!in)
		return gx_fail(
			err, GX_EINPUT,
			"%s is no repro line (gx1:...), no SCENARIO#INTERLEAVING and no file that can be read: %s",
			gx_quote(path).text, strerror(errno));
	rc = gx_repros_text(&text, in, GX_REPROS_BYTES_MAX, shown, err);
	if (!is_input)
		fclose(in);
	if (rc == GX_OK)
		rc = read_bytes(out, text, shown, err);
	free(text);
	return rc;
}
