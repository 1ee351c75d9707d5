#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "gates/gates.h"
#include "scenario/find.h"

static void row(const char *name, const char *summary)
{
	printf("  %-24s %s\n", name, summary);
}

static int list_gates(void)
{
	for (const struct gx_gate *const *gate = gx_gates; *gate; gate++)
		row((*gate)->name, (*gate)->summary);
	puts("\nA gate of your own: --gate ./mygate.so (see the README, \"Write a gate\").");
	return GX_EXIT_HELD;
}

static int list_strategies(void)
{
	for (unsigned i = 0; i < GX_STRATEGY_COUNT; i++)
		row(gx_strategy_name((enum gx_strategy_kind)i), gx_strategy_summary((enum gx_strategy_kind)i));
	return GX_EXIT_HELD;
}

static int list_rules(void)
{
	for (unsigned i = 0; i < GX_RULE_COUNT; i++)
		row(gx_rule_name((enum gx_rule)i), gx_rule_summary((enum gx_rule)i));
	return GX_EXIT_HELD;
}

static int list_actors(void)
{
	for (unsigned i = 0; i < GX_ACTOR_KINDS; i++)
		row(gx_actor_kind_name((enum gx_actor_kind)i), gx_actor_kind_summary((enum gx_actor_kind)i));
	return GX_EXIT_HELD;
}
