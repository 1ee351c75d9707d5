/*
 * Where things are: gates beside a scenario's file, and what a repro calls a scenario so that it is found from any folder.
 */
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "scenario/file.h"
#include "scenario/find.h"
#include "service/service.h"

static char folder[] = "/tmp/gatecrash-places-XXXXXX";
static char top[PATH_MAX];

static const char *in_folder(const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, PATH_MAX, "%s/%s", folder, name);
	return path;
}

static void touch(const char *name)
{
	FILE *out = fopen(in_folder(name), "w");

	assert_non_null(out);
	fclose(out);
}

/* ---- gates of expectations ---- */

static void assert_gate_path(const char *file, const char *gate, const char *wanted)
{
	static const char text[] = "name: t\nworkspaces: [{name: a}]\nactors: [{do: manual-restart, on: a}]\n"
				   "expect: [{gate: %s, finds: []}]\n"
				   "interleavings: [{name: i, gate: %s, finds: [], steps: []}]\n";
	struct gx_scenario_file *scenario = NULL;
	struct gx_error err;
	char bytes[512];

	snprintf(bytes, sizeof(bytes), text, gate, gate);
	if (gx_scenario_parse(&scenario, file, bytes, strlen(bytes), &err) != GX_OK)
		fail_msg("%s", err.text);
	assert_string_equal(scenario->expectations[0].gate, gate);
	if (wanted) {
		assert_string_equal(scenario->expectations[0].gate_path, wanted);
		assert_string_equal(scenario->interleavings[0].gate_path, wanted);
	} else {
		assert_null(scenario->expectations[0].gate_path);
		assert_null(scenario->interleavings[0].gate_path);
	}
	gx_scenario_free(scenario);
}

static void a_gate_that_is_a_path_lies_beside_the_file(void **state)
{
	(void)state;
	assert_gate_path("/a/b/t.yaml", "./mine.so", "/a/b/mine.so");
	assert_gate_path("/a/b/t.yaml", "mine.so", "/a/b/mine.so");
	assert_gate_path("/a/b/t.yaml", "../mine.so", "/a/b/../mine.so");
	assert_gate_path("/a/b/t.yaml", "/c/mine.so", "/c/mine.so");
	assert_gate_path("b/t.yaml", "./mine", "b/mine");
	assert_gate_path("t.yaml", "./mine.so", "./mine.so");
	assert_gate_path("t.yaml", "mine.so", "./mine.so");
	assert_gate_path("/a/b/t.yaml", "per-workspace", NULL);
}

static void a_word_with_a_slash_or_ending_in_so_is_a_file(void **state)
{
	(void)state;
	assert_true(gx_names_a_file("./x"));
	assert_true(gx_names_a_file("x.so"));
	assert_true(gx_names_a_file("/x"));
	assert_false(gx_names_a_file("x"));
	assert_false(gx_names_a_file(".so"));
	assert_false(gx_names_a_file("also"));
}

/* ---- repros ---- */

static void a_path_becomes_absolute_and_links_stay(void **state)
{
	char path[PATH_MAX];
	char real[PATH_MAX];

	(void)state;
	assert_int_equal(chdir(folder), 0);
	assert_non_null(getcwd(real, sizeof(real)));
	assert_int_equal(symlink("target.so", "link.so"), 0);
	gx_absolute_path(path, sizeof(path), "./link.so");
	assert_string_equal(path, in_folder("link.so"));
	gx_absolute_path(path, sizeof(path), "..//x");
	assert_string_equal(path, in_folder("..//x"));
	gx_absolute_path(path, sizeof(path), "/x/y");
	assert_string_equal(path, "/x/y");
	assert_int_equal(chdir("/"), 0);
	gx_absolute_path(path, sizeof(path), ".///x");
	assert_string_equal(path, "/x");
	assert_int_equal(chdir(top), 0);
}

static void a_file_of_a_repro_may_lie_beside_it(void **state)
{
	char path[PATH_MAX];
	struct gx_error err;

	(void)state;
	touch("beside.so");
	assert_int_equal(gx_find_again(path, sizeof(path), "beside.so", in_folder("race.repro"), &err), GX_OK);
	assert_string_equal(path, in_folder("beside.so"));
	assert_int_equal(gx_find_again(path, sizeof(path), "nosuch.so", in_folder("race.repro"), &err), GX_OK);
	assert_string_equal(path, "nosuch.so");
	assert_int_equal(gx_find_again(path, sizeof(path), "beside.so", NULL, &err), GX_OK);
	assert_string_equal(path, "beside.so");
	assert_int_equal(gx_find_again(path, sizeof(path), "/beside.so", in_folder("race.repro"), &err), GX_OK);
	assert_string_equal(path, "/beside.so");
	/* Where one is called comes first. */
	assert_int_equal(gx_find_again(path, sizeof(path), "Makefile", in_folder("race.repro"), &err), GX_OK);
	assert_string_equal(path, "Makefile");
	assert_int_equal(gx_find_again(path, 4, "beside.so", NULL, &err), GX_EINPUT);
}

/* A name says which scenario only as long as it is found in one place. */
static void a_name_lasts_if_it_is_of_the_programs_own(void **state)
{
	char word[PATH_MAX];
	char path[PATH_MAX];
	struct gx_error err;

	(void)state;
	/* No scenarios come with a test: each lies in a folder of somebody's. */
	assert_int_equal(gx_scenario_find(path, sizeof(path), "single", &err), GX_OK);
	gx_scenario_lasting_word(word, sizeof(word), "single", path);
	assert_int_equal(word[0], '/');
	assert_string_equal(strrchr(word, '/'), "/single.yaml");
	assert_int_equal(gx_scenario_find_again(path, sizeof(path), word, NULL, &err), GX_OK);
	assert_string_equal(path, word);
}

static void a_name_is_looked_for_in_every_folder(void **state)
{
	char path[PATH_MAX];
	struct gx_error err;

	(void)state;
	touch("only-there.yaml");
	setenv("GATECRASH_SCENARIOS", folder, 1);
	assert_int_equal(gx_scenario_find(path, sizeof(path), "only-there", &err), GX_OK);
	assert_string_equal(path, in_folder("only-there.yaml"));
	assert_int_equal(gx_scenario_find(path, sizeof(path), "single", &err), GX_OK);
	assert_string_equal(path, "./scenarios/single.yaml");
	unsetenv("GATECRASH_SCENARIOS");
	assert_int_equal(gx_scenario_find(path, sizeof(path), "only-there", &err), GX_EINPUT);
}

static int set_up(void **state)
{
	(void)state;
	gx_service_register();
	return getcwd(top, sizeof(top)) && mkdtemp(folder) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status;
	(void)kind;
	(void)where;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gate_that_is_a_path_lies_beside_the_file),
		cmocka_unit_test(a_word_with_a_slash_or_ending_in_so_is_a_file),
		cmocka_unit_test(a_path_becomes_absolute_and_links_stay),
		cmocka_unit_test(a_file_of_a_repro_may_lie_beside_it),
		cmocka_unit_test(a_name_lasts_if_it_is_of_the_programs_own),
		cmocka_unit_test(a_name_is_looked_for_in_every_folder),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
