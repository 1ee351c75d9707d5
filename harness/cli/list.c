#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "core/event.h"
#include "gates/gates.h"
#include "scenario/find.h"

static void row(const char *name, const char *summary)
{
	gx_print_clean(stdout, "  %-24s %s", name, summary);
}

static int list_gates(void)
{
	for (const struct gx_gate *const *gate = gx_gates; *gate; gate++)
		row((*gate)->name, (*gate)->summary);
	puts("\nA gate of your own: --gate mygate.c (see the README, \"Write a gate\").");
	return GX_EXIT_HELD;
}

static int list_strategies(void)
{
	for (const struct gx_strategy *const *strategy = gx_strategies; *strategy; strategy++)
		row((*strategy)->name, (*strategy)->summary);
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

static int list_scenarios(void)
{
	struct gx_error err;
	char **names;
	size_t count;
	int status = GX_EXIT_HELD;
	enum gx_status rc = gx_scenario_names(&names, &count, &err);

	if (rc != GX_OK)
		return gx_complain(rc, &err);
	for (size_t i = 0; i < count; i++) {
		struct gx_scenario_file *file = NULL;
		char path[4096];

		rc = gx_scenario_find(path, sizeof(path), names[i], &err);
		if (rc == GX_OK)
			rc = gx_scenario_load(&file, path, &err);
		if (rc != GX_OK)
			status = gx_complain(rc, &err);
		else
			row(names[i], file->summary);
		gx_scenario_free(file);
	}
	gx_scenario_names_free(names, count);
	return status;
}

static int list_reports(void)
{
	for (const struct gx_report_format *const *format = gx_report_formats; *format; format++)
		row((*format)->name, (*format)->summary);
	return GX_EXIT_HELD;
}

/* What a scenario may name: where a task of an interleaving stops, and where a fault strikes. */
static int list_ops(void)
{
	puts("Where a task of an interleaving can stop (until: OP), and where a fault can\n"
	     "strike (on: OP). A beginning up to a dot stands for the first op that it fits:\n"
	     "docker.create for docker.create.reserve. `until` also takes end and blocked.\n");
	for (unsigned label = 1; label < GX_LABELS_END; label++)
		if (gx_scenario_is_op(label))
			row(gx_label_name(label), gx_scenario_can_fail(label) ? "until, on" : "until");
	return GX_EXIT_HELD;
}

static const struct {
	const char *name;
	int (*list)(void);
} lists[] = {
	{"gates", list_gates},     {"scenarios", list_scenarios}, {"strategies", list_strategies},
	{"rules", list_rules},     {"actors", list_actors},       {"ops", list_ops},
	{"reports", list_reports},
};

#define LIST_COUNT (sizeof(lists) / sizeof(lists[0]))

static int usage(const char *word)
{
	const char *names[LIST_COUNT];
	const char *nearest;

	for (size_t i = 0; i < LIST_COUNT; i++)
		names[i] = lists[i].name;
	nearest = word ? gx_nearest(word, names, LIST_COUNT) : NULL;
	if (nearest)
		fprintf(stderr, "gatecrash: there is no list of %s; did you mean `gatecrash list %s`?\n",
			gx_quote(word).text, nearest);
	else if (word)
		fprintf(stderr, "gatecrash: there is no list of %s but of %s\n", gx_quote(word).text,
			gx_words_of(names, LIST_COUNT, " and ").text);
	else
		fprintf(stderr, "gatecrash: list what? One of %s: `gatecrash list gates`\n",
			gx_words_of(names, LIST_COUNT, ", ").text);
	return GX_EXIT_USAGE;
}

static int list(struct gx_options *options)
{
	if (options->scenario_count != 1)
		return usage(NULL);
	for (size_t i = 0; i < LIST_COUNT; i++)
		if (!strcmp(options->scenarios[0], lists[i].name))
			return lists[i].list();
	return usage(options->scenarios[0]);
}

static const char doc[] =
	"List what there is: the gates that are linked in, the scenarios, the strategies, the rules whose breach is a finding, the "
	"actors of the scenario format, the ops that it can name, the formats of reports.";

const struct gx_command gx_command_list = {
	.name = "list",
	.summary = "gates, scenarios, rules, actors, ops and more: what there is",
	.args = "gates|scenarios|strategies|rules|actors|ops|reports",
	.doc = doc,
	.run = list,
};
