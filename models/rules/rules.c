/*
 * rules.c - the list of all rules, looked up and told.
 */
#include "rules/rules.h"

#include <string.h>

#include "rules/internal.h"

#define ROW(id, row) [GX_RULE_##id] = &gx_rule_##row,
static const struct gx_rule_row *const rows[GX_RULE_COUNT] = {GX_RULE_ROWS(ROW)};
#undef ROW

const struct gx_rule_row *gx_rule_row(enum gx_rule rule)
{
	return rows[rule];
}

const char *gx_rule_name(enum gx_rule rule)
{
	return (unsigned)rule < GX_RULE_COUNT ? rows[rule]->name : "?";
}

const char *gx_rule_summary(enum gx_rule rule)
{
	return (unsigned)rule < GX_RULE_COUNT ? rows[rule]->summary : "?";
}

enum gx_rule gx_rule_find(const char *name)
{
	unsigned i = 0;

	while (i < GX_RULE_COUNT && strcmp(rows[i]->name, name))
		i++;
	return (enum gx_rule)i;
}

void gx_finding_message(const struct gx_finding *finding, const struct gx_message_names *names, char *text, size_t size)
{
	const struct gx_telling telling = {.finding = finding, .names = names, .text = text, .size = size};

	gx_tell(&telling, "?");
	if (finding->rule < GX_RULE_COUNT)
		rows[finding->rule]->tell(&telling);
}
