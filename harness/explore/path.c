#include "explore/path.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void gx_path_release(struct gx_path *path)
{
	free(path->choice);
	*path = (struct gx_path){0};
}

void gx_path_reserve(struct gx_path *path, uint32_t count)
{
	struct gx_choice *larger;

	if (count <= path->capacity)
		return;
	count = count < 256 ? 256 : count * 2;
	larger = realloc(path->choice, count * sizeof(*larger));
	if (!larger)
		gx_no_memory("a path");
	path->choice = larger;
	path->capacity = count;
}

void gx_path_copy(struct gx_path *to, const struct gx_path *from)
{
	gx_path_reserve(to, from->count);
	if (from->count)
		memcpy(to->choice, from->choice, from->count * sizeof(*from->choice));
	to->count = from->count;
}

void gx_repro_release(struct gx_repro *repro)
{
	free(repro->runs);
	*repro = (struct gx_repro){0};
}

/* ---- parsing ---- */

struct reader {
	const char *line;
	const char *at;
	struct gx_error *err;
};

static enum gx_status wrong(const struct reader *in, const char *wanted)
{
	char shown[8] = "the end";

	if (*in->at)
		snprintf(shown, sizeof(shown), isprint((unsigned char)*in->at) ? "'%c'" : "0x%02x",
			 (unsigned char)*in->at);
	return gx_fail(in->err, GX_EINPUT,
		       "repro: character %zu is %s where %s should be; a repro is one whole line as a report prints it",
		       (size_t)(in->at - in->line) + 1, shown, wanted);
}

static enum gx_status expect(struct reader *in, char c)
{
	char wanted[16];

	if (*in->at == c) {
		in->at++;
		return GX_OK;
	}
	snprintf(wanted, sizeof(wanted), "'%c'", c);
	return wrong(in, wanted);
}

static bool plain(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("_./-", c));
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum gx_status read_name(struct reader *in, char *out)
{
	size_t used = 0;

	while (plain(*in->at) || *in->at == '%') {
		char c = *in->at;

		if (c == '%') {
			int high = hex_digit(in->at[1]);
			int low = high < 0 ? -1 : hex_digit(in->at[2]);

			if (low < 0 || high * 16 + low == 0)
				return wrong(in, "%XX, a byte in lower case hexadecimal,");
			c = (char)(high * 16 + low);
			in->at += 2;
		}
		in->at++;
		if (used + 1 == GX_REPRO_NAME_MAX)
			return wrong(in, "the end of the name");
		out[used++] = c;
	}
	out[used] = 0;
	return used ? GX_OK : wrong(in, "a name");
}

static enum gx_status read_number(struct reader *in, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;
	const char *start = in->at;

	while (isdigit((unsigned char)*in->at)) {
		unsigned digit = (unsigned)(*in->at - '0');

		if (value > (max - digit) / 10)
			return wrong(in, "a smaller number");
		value = value * 10 + digit;
		in->at++;
	}
	*out = value;
	return in->at == start ? wrong(in, "a number") : GX_OK;
}

static enum gx_status read_hex(struct reader *in, unsigned digits, uint64_t *out)
{
	*out = 0;
	for (unsigned i = 0; i < digits; i++) {
		int digit = hex_digit(*in->at);

		if (digit < 0)
			return wrong(in, "a digit of a hash");
		*out = *out << 4 | (unsigned)digit;
		in->at++;
	}
	return GX_OK;
}

#define FAIR "fair"

static enum gx_status read_run(struct reader *in, struct gx_repro_run *run)
{
	uint64_t task, steps, alternative = 0, check;
	enum gx_status rc = GX_OK;

	if (!strncmp(in->at, FAIR, strlen(FAIR))) {
		task = GX_FAIR;
		in->at += strlen(FAIR);
	} else {
		rc = read_number(in, GX_TASKS_MAX - 1, &task);
	}
	if (rc == GX_OK)
		rc = expect(in, '*');
	if (rc == GX_OK)
		rc = read_number(in, UINT32_MAX, &steps);
	if (rc == GX_OK && *in->at == '.') {
		in->at++;
		rc = read_number(in, UINT16_MAX, &alternative);
	}
	*run = (struct gx_repro_run){0};
	if (rc == GX_OK && *in->at == '!') {
		run->choice.spurious = 1;
		in->at++;
	}
	if (rc == GX_OK)
		rc = expect(in, '~');
	if (rc == GX_OK)
		rc = read_hex(in, 3, &check);
	if (rc != GX_OK)
		return rc;
	run->choice.task = (uint8_t)task;
	run->choice.alternative = (uint16_t)alternative;
	run->steps = (uint32_t)steps;
	run->check = (uint16_t)check;
	return GX_OK;
}

static enum gx_status read_runs(struct reader *in, struct gx_repro *out)
{
	uint32_t capacity = 0;

	while (*in->at != ':') {
		enum gx_status rc = out->run_count ? expect(in, ',') : GX_OK;

		if (rc != GX_OK)
			return rc;
		if (out->run_count == capacity) {
			struct gx_repro_run *more;

			capacity = capacity ? capacity * 2 : 16;
			more = realloc(out->runs, capacity * sizeof(*more));
			if (!more)
				return gx_fail(in->err, GX_ENOMEM, "out of memory for a repro");
			out->runs = more;
		}
		rc = read_run(in, &out->runs[out->run_count]);
		if (rc != GX_OK)
			return rc;
		out->run_count++;
	}
	return GX_OK;
}

/* Hexadecimal, with dots in between, ascending. */
static enum gx_status read_places(struct reader *in, struct gx_point_places *out)
{
	out->which = GX_POINTS_AUTO;
	for (;; in->at++) {
		unsigned digits = (unsigned)strspn(in->at, "0123456789abcdef");
		uint64_t place;

		if (!digits || digits > 16)
			return wrong(in, "a place in the code, in hexadecimal,");
		if (read_hex(in, digits, &place) != GX_OK)
			return GX_EINPUT;
		if (out->count && place <= out->place[out->count - 1])
			return wrong(in, "a place behind the one before it");
		if (!gx_point_places_add(out, place) || out->which != GX_POINTS_AUTO)
			return wrong(in, "the end of the places");
		if (*in->at != '.')
			return GX_OK;
	}
}

static enum gx_status read_format(struct reader *in, struct gx_point_places *out)
{
	enum gx_status rc = GX_OK;

	if (!strncmp(in->at, "gx", 2) && isdigit((unsigned char)in->at[2]) &&
	    (in->at[2] != '1' || !strchr(":as", in->at[3])))
		return gx_fail(in->err, GX_EINPUT, "repro: its format is %.*s, this gatecrash reads gx1",
			       (int)strcspn(in->at, ":"), in->at);
	if (strncmp(in->at, "gx1", 3) != 0)
		return wrong(in, "'gx1:', the version of the format,");
	in->at += 3;
	if (*in->at == 'a') {
		out->which = GX_POINTS_ACCESS;
		in->at++;
	} else if (*in->at == 's') {
		in->at++;
		rc = read_places(in, out);
	}
	return rc == GX_OK ? expect(in, ':') : rc;
}

static enum gx_status read_line(struct reader *in, struct gx_repro *out)
{
	uint64_t steps;
	enum gx_status rc;

	rc = read_format(in, &out->points);
	if (rc == GX_OK)
		rc = read_name(in, out->scenario);
	if (rc == GX_OK)
		rc = expect(in, ':');
	if (rc == GX_OK)
		rc = read_name(in, out->gate);
	if (rc == GX_OK)
		rc = expect(in, ':');
	if (rc == GX_OK)
		rc = read_runs(in, out);
	if (rc == GX_OK)
		rc = expect(in, ':');
	if (rc == GX_OK)
		rc = read_number(in, UINT32_MAX, &steps);
	if (rc == GX_OK)
		rc = expect(in, ':');
	if (rc == GX_OK)
		rc = read_hex(in, 16, &out->hash);
	if (rc != GX_OK)
		return rc;
	out->steps = (uint32_t)steps;
	if (*in->at == ':') {
		in->at++;
		rc = read_name(in, out->about);
		if (rc != GX_OK)
			return rc;
	}
	while (isspace((unsigned char)*in->at))
		in->at++;
	return *in->at ? wrong(in, "the end") : GX_OK;
}

enum gx_status gx_repro_parse(struct gx_repro *out, const char *line, struct gx_error *err)
{
	struct reader in = {.line = line, .at = line, .err = err};
	enum gx_status rc;

	*out = (struct gx_repro){0};
	while (isspace((unsigned char)*in.at))
		in.at++;
	rc = read_line(&in, out);
	if (rc != GX_OK)
		gx_repro_release(out);
	return rc;
}

/* ---- printing ---- */

static void print_name(FILE *out, const char *name)
{
	for (; *name; name++) {
		if (plain(*name))
			fputc(*name, out);
		else
			fprintf(out, "%%%02x", (unsigned char)*name);
	}
}

static void print_format(FILE *out, const struct gx_point_places *points)
{
	fputs(points->which == GX_POINTS_ACCESS ? "gx1a" : "gx1", out);
	for (unsigned i = 0; points->which == GX_POINTS_AUTO && i < points->count; i++)
		fprintf(out, "%c%" PRIx64, i ? '.' : 's', points->place[i]);
	fputc(':', out);
}

char *gx_repro_print(const struct gx_repro *repro)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		gx_no_memory("a repro");
	print_format(out, &repro->points);
	print_name(out, repro->scenario);
	fputc(':', out);
	print_name(out, repro->gate);
	fputc(':', out);
	for (uint32_t i = 0; i < repro->run_count; i++) {
		const struct gx_repro_run *run = &repro->runs[i];

		if (i)
			fputc(',', out);
		if (run->choice.task == GX_FAIR)
			fputs(FAIR, out);
		else
			fprintf(out, "%u", run->choice.task);
		fprintf(out, "*%" PRIu32, run->steps);
		if (run->choice.alternative)
			fprintf(out, ".%u", run->choice.alternative);
		fprintf(out, "%s~%03x", run->choice.spurious ? "!" : "", run->check);
	}
	fprintf(out, ":%" PRIu32 ":%016" PRIx64, repro->steps, repro->hash);
	if (*repro->about) {
		fputc(':', out);
		print_name(out, repro->about);
	}
	if (fclose(out))
		gx_no_memory("a repro");
	return text;
}
