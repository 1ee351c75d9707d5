/*
 * yaml.c - reading the nodes of a document, with a complaint for everything that a person may get wrong.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/internal.h"

/* ---- complaints ---- */

/*
 * Of the path a part, so that there is room for what is wrong. Nothing may break the line: not the path, nor a text of
 * libyaml's.
 */
static void GX_PRINTF(3, 0) write_complaint(struct gx_yaml *yaml, yaml_mark_t mark, const char *format, va_list args)
{
	char *text = yaml->err->text;
	size_t size = sizeof(yaml->err->text);
	size_t used = (size_t)snprintf(text, size, "%.500s:%zu:%zu: ", yaml->path, mark.line + 1, mark.column + 1);

	vsnprintf(text + used, size - used, format, args);
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

static void complain(struct gx_yaml *yaml, yaml_mark_t mark, const char *format, va_list args)
{
	if (yaml->rc != GX_OK)
		return;
	yaml->rc = GX_EINPUT;
	if (yaml->err)
		write_complaint(yaml, mark, format, args);
}

bool gx_yaml_complain_at(struct gx_yaml *yaml, yaml_mark_t mark, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(yaml, mark, format, args);
	va_end(args);
	return false;
}

bool gx_yaml_complain(struct gx_yaml *yaml, const yaml_node_t *node, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(yaml, node->start_mark, format, args);
	va_end(args);
	return false;
}

bool gx_yaml_no_memory(struct gx_yaml *yaml)
{
	if (yaml->rc == GX_OK)
		yaml->rc = gx_fail(yaml->err, GX_ENOMEM, "%.500s: out of memory", yaml->path);
	return false;
}

static const char *value_of(const yaml_node_t *scalar)
{
	return (const char *)scalar->data.scalar.value;
}

static struct gx_quoted describe(const yaml_node_t *node)
{
	switch (node->type) {
	case YAML_SCALAR_NODE:
		if (!node->data.scalar.length && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
			return (struct gx_quoted){"nothing"};
		return gx_quote(value_of(node));
	case YAML_SEQUENCE_NODE:
		return (struct gx_quoted){"a list"};
	default:
		return (struct gx_quoted){"a mapping"};
	}
}

bool gx_yaml_wrong(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, const char *expected)
{
	return gx_yaml_complain(yaml, node, "\"%s\" has to be %s, not %s", key, expected, describe(node).text);
}

/* "; did you mean "online"?", or "; there is a, b, c" if there are few, or nothing. */
static void hint(char *text, size_t size, const char *verb, const char *word, const char *const *words, size_t count)
{
	const char *nearest = gx_nearest(word, words, count);
	size_t used;

	*text = '\0';
	if (nearest)
		snprintf(text, size, "; did you mean \"%s\"?", nearest);
	if (nearest || !count)
		return;
	used = (size_t)snprintf(text, size, "; %s", verb);
	for (size_t i = 0; i < count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s %s", i ? "," : "", words[i]);
	if (used >= size)
		*text = '\0';
}

enum { HINT_BYTES = 320 };

bool gx_yaml_unknown(struct gx_yaml *yaml, const yaml_node_t *node, const char *kind, const char *word,
		     const char *const *words, size_t count)
{
	char more[HINT_BYTES];

	hint(more, sizeof(more), "there is", word, words, count);
	return gx_yaml_complain(yaml, node, "there is no %s %s%s", kind, gx_quote(word).text, more);
}

unsigned gx_yaml_line(const yaml_node_t *node)
{
	return (unsigned)node->start_mark.line + 1;
}

/* ---- mappings ---- */

enum { KEYS_MAX = 16 };

static bool unknown_key(struct gx_yaml *yaml, const yaml_node_t *node, const char *what, const struct gx_yaml_key *keys,
			size_t count)
{
	const char *names[KEYS_MAX];
	char more[HINT_BYTES];

	for (size_t i = 0; i < count; i++)
		names[i] = keys[i].name;
	if (node->type != YAML_SCALAR_NODE)
		return gx_yaml_complain(yaml, node, "a key of %s has to be a word, not %s", what, describe(node).text);
	hint(more, sizeof(more), "it has", value_of(node), names, count);
	return gx_yaml_complain(yaml, node, "%s has no key %s%s", what, gx_quote(value_of(node)).text, more);
}

static size_t find_key(const yaml_node_t *node, const struct gx_yaml_key *keys, size_t count)
{
	size_t i = 0;

	if (node->type != YAML_SCALAR_NODE || strlen(value_of(node)) != node->data.scalar.length)
		return count;
	while (i < count && strcmp(keys[i].name, value_of(node)))
		i++;
	return i;
}

bool gx_yaml_mapping(struct gx_yaml *yaml, const yaml_node_t *node, const char *what, const struct gx_yaml_key *keys,
		     size_t count, yaml_node_t **values)
{
	unsigned lines[KEYS_MAX];

	GX_ASSERT(count <= KEYS_MAX);
	for (size_t i = 0; i < count; i++)
		values[i] = NULL;
	if (node->type != YAML_MAPPING_NODE)
		return gx_yaml_complain(yaml, node, "%s has to be a mapping of keys to values, not %s", what,
					describe(node).text);
	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top;
	     pair++) {
		const yaml_node_t *key = yaml_document_get_node(yaml->document, pair->key);
		size_t i = find_key(key, keys, count);

		if (i == count)
			return unknown_key(yaml, key, what, keys, count);
		if (values[i])
			return gx_yaml_complain(yaml, key, "%s has the key \"%s\" twice; the first is in line %u", what,
						keys[i].name, lines[i]);
		values[i] = yaml_document_get_node(yaml->document, pair->value);
		lines[i] = gx_yaml_line(key);
	}
	for (size_t i = 0; i < count; i++)
		if (keys[i].required && !values[i])
			return gx_yaml_complain(yaml, node, "%s needs the key \"%s\"", what, keys[i].name);
	return true;
}

/* ---- lists ---- */

bool gx_yaml_list(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, unsigned max, unsigned *count)
{
	size_t length;

	if (node->type != YAML_SEQUENCE_NODE)
		return gx_yaml_wrong(yaml, node, key, "a list");
	length = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
	if (length > max)
		return gx_yaml_complain(yaml, gx_yaml_entry(yaml, node, max), "\"%s\" has %zu entries; at most %u fit",
					key, length, max);
	*count = (unsigned)length;
	return true;
}

yaml_node_t *gx_yaml_entry(struct gx_yaml *yaml, const yaml_node_t *list, unsigned index)
{
	return yaml_document_get_node(yaml->document, list->data.sequence.items.start[index]);
}

/* ---- scalars ---- */

static bool is_one_line(const yaml_node_t *scalar)
{
	const char *text = value_of(scalar);

	for (size_t i = 0; i < scalar->data.scalar.length; i++)
		if (gx_control_length(&text[i]))
			return false;
	return true;
}

const char *gx_yaml_text(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, const char *expected)
{
	if (node->type != YAML_SCALAR_NODE || !node->data.scalar.length) {
		gx_yaml_wrong(yaml, node, key, expected);
		return NULL;
	}
	if (!is_one_line(node)) {
		gx_yaml_complain(yaml, node, "\"%s\" has to be one line without control characters", key);
		return NULL;
	}
	return value_of(node);
}

const char *gx_yaml_keep(struct gx_yaml *yaml, const char *text)
{
	size_t size = strlen(text) + 1;
	char *kept = gx_scenario_memory_take(yaml->memory, size);

	if (kept)
		memcpy(kept, text, size);
	else
		gx_yaml_no_memory(yaml);
	return kept;
}

const char *gx_yaml_name(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, size_t max)
{
	const char *text = gx_yaml_text(yaml, node, key, "a name");
	size_t length;

	if (!text)
		return NULL;
	length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
	if (!text[length] && length <= max)
		return text;
	gx_yaml_complain(yaml, node, "%s is no name: \"%s\" has to be 1 to %zu of a-z, 0-9 and -", gx_quote(text).text,
			 key, max);
	return NULL;
}

bool gx_yaml_word(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, const char *const *words,
		  size_t count, unsigned *out)
{
	const char *text = gx_yaml_text(yaml, node, key, "a word");
	char more[HINT_BYTES];

	if (!text)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!strcmp(words[i], text)) {
			*out = (unsigned)i;
			return true;
		}
	hint(more, sizeof(more), "it can be", text, words, count);
	return gx_yaml_complain(yaml, node, "\"%s\" cannot be %s%s", key, gx_quote(text).text, more);
}

bool gx_yaml_number(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, unsigned min, unsigned max,
		    unsigned *out)
{
	enum { DIGITS_MAX = 10 };
	char expected[64];
	const char *text;
	unsigned long long value;
	size_t length;

	snprintf(expected, sizeof(expected), "a whole number from %u to %u", min, max);
	text = gx_yaml_text(yaml, node, key, expected);
	if (!text)
		return false;
	length = strspn(text, "0123456789");
	if (text[length] || length > DIGITS_MAX)
		return gx_yaml_wrong(yaml, node, key, expected);
	value = strtoull(text, NULL, 10);
	if (value < min || value > max)
		return gx_yaml_wrong(yaml, node, key, expected);
	*out = (unsigned)value;
	return true;
}

bool gx_yaml_flag(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, bool *out)
{
	const char *text = gx_yaml_text(yaml, node, key, "true or false");

	if (!text)
		return false;
	*out = !strcmp(text, "true");
	if (!*out && strcmp(text, "false"))
		return gx_yaml_wrong(yaml, node, key, "true or false");
	return true;
}

/* ---- durations ---- */

static const struct unit {
	const char *name;
	uint64_t ns;
} units[] = {{"h", 3600000000000ull}, {"m", 60000000000ull}, {"s", 1000000000ull}, {"ms", 1000000ull}};

static size_t find_unit(const char *text, size_t length)
{
	size_t i = 0;

	while (i < COUNT(units) && (strlen(units[i].name) != length || strncmp(units[i].name, text, length)))
		i++;
	return i;
}

/*
 * Numbers with their units, from large to small, each at most once. A number of more digits than this is no duration
 * of ours.
 */
enum { DURATION_DIGITS_MAX = 9 };

static bool parse_duration(const char *text, uint64_t *ns)
{
	size_t next = 0; /* the largest unit that may still come */

	*ns = 0;
	do {
		size_t digits = strspn(text, "0123456789");
		size_t letters = strspn(text + digits, "hms");
		size_t unit = find_unit(text + digits, letters);
		uint64_t value = strtoull(text, NULL, 10);

		if (!digits || digits > DURATION_DIGITS_MAX || unit == COUNT(units) || unit < next)
			return false;
		/* Nine digits of hours do not fit. */
		if (value > (UINT64_MAX - *ns) / units[unit].ns)
			*ns = UINT64_MAX;
		else
			*ns += value * units[unit].ns;
		next = unit + 1;
		text += digits + letters;
	} while (*text);
	return true;
}

bool gx_yaml_duration(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, uint64_t *out_ns)
{
	static const char expected[] = "a duration such as 500ms, 30s, 2m, 1h or 1m30s";
	const char *text = gx_yaml_text(yaml, node, key, expected);
	uint64_t ns;

	if (!text)
		return false;
	if (!parse_duration(text, &ns))
		return gx_yaml_wrong(yaml, node, key, expected);
	if (ns > GX_SCENARIO_HOURS_MAX * units[0].ns)
		return gx_yaml_complain(yaml, node, "\"%s\" is %s; at most %uh are possible", key, gx_quote(text).text,
					GX_SCENARIO_HOURS_MAX);
	*out_ns = ns;
	return true;
}

bool gx_yaml_signed_duration(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, int64_t *out_ns)
{
	static const char expected[] = "a duration, forward or back, such as 500ms, 1h or -1h";
	const char *text = gx_yaml_text(yaml, node, key, expected);
	uint64_t ns;

	if (!text)
		return false;
	if (!parse_duration(text + (*text == '-'), &ns) || ns > GX_SCENARIO_HOURS_MAX * units[0].ns)
		return gx_yaml_wrong(yaml, node, key, expected);
	*out_ns = *text == '-' ? -(int64_t)ns : (int64_t)ns;
	return true;
}

struct gx_duration_text gx_yaml_duration_text(uint64_t ns)
{
	struct gx_duration_text out = {"0s"};
	size_t used = 0;

	for (size_t i = 0; i < COUNT(units); i++) {
		if (ns >= units[i].ns)
			used += (size_t)snprintf(out.text + used, sizeof(out.text) - used, "%" PRIu64 "%s",
						 ns / units[i].ns, units[i].name);
		ns %= units[i].ns;
	}
	return out;
}
