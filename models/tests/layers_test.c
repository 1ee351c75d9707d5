/*
 * That the arrows of models/README.md are those of the code: who includes whom, folder by folder; nobody another folder's internal.h; no
 * circle of headers. Tests run in the top folder of the project.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* From the ground up: a folder may include itself and those that are named; each of them stands above it in this list. */
static const struct folder {
	const char *name;
	const char *below[8];
} folders[] = {
	{"facts", {NULL}},
	{"docker", {NULL}},
	{"platform", {"facts"}},
	{"rules", {"facts"}},
	{"service", {"facts", "docker", "platform"}},
	{"actors", {"facts", "docker", "platform", "service"}},
	{"scenario", {"facts", "docker", "actors", "rules"}},
	{"trial", {"facts", "docker", "platform", "service", "actors", "scenario", "rules"}},
	{"story", {"facts", "docker", "platform", "service", "scenario", "rules", "trial"}},
	{"gates", {NULL}},
};

static const struct folder *folder_of(const char *path)
{
	for (size_t i = 0; i < COUNT(folders); i++) {
		size_t length = strlen(folders[i].name);

		if (!strncmp(path, folders[i].name, length) && path[length] == '/')
			return &folders[i];
	}
	return NULL;
}

static bool may_include(const struct folder *from, const struct folder *to)
{
	for (size_t i = 0; i < COUNT(from->below) && from->below[i]; i++)
		if (!strcmp(from->below[i], to->name))
			return true;
	return from == to;
}

/* The next include in quotes, "rules/rules.h"; false at the end of the file. */
static bool next_include(FILE *file, char name[256])
{
	char line[1024];

	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "#include \"%255[^\"]\"", name) == 1)
			return true;
	return false;
}

static FILE *open_source(const char *path)
{
	FILE *file = fopen(path, "r");

	if (!file)
		fail_msg("%s cannot be opened", path);
	return file;
}

static unsigned wrong_includes_of(const char *path)
{
	const struct folder *from = folder_of(path + strlen("models/"));
	FILE *file = open_source(path);
	char name[256];
	unsigned wrong = 0;

	while (next_include(file, name)) {
		const struct folder *to = folder_of(name);

		if (!to || (may_include(from, to) && (from == to || !strstr(name, "internal.h"))))
			continue;
		print_error("%s includes %s\n", path, name);
		wrong++;
	}
	fclose(file);
	return wrong;
}

/* Does what this header includes, and so on, include the header that the way began with? */
static bool comes_back(const char *header, const char *start, unsigned depth)
{
	char path[300];
	char name[256];
	FILE *file;
	bool back = false;

	assert_true(depth < 32);
	snprintf(path, sizeof(path), "models/%s", header);
	file = open_source(path);
	while (!back && next_include(file, name))
		back = folder_of(name) && (!strcmp(name, start) || comes_back(name, start, depth + 1));
	fclose(file);
	return back;
}

/* Of everything in the folders: how much `wrong` counts. */
static unsigned count_wrong(const char *pattern, unsigned (*wrong)(const char *path))
{
	unsigned count = 0;
	size_t seen = 0;
	glob_t all;

	assert_int_equal(glob(pattern, 0, NULL, &all), 0);
	for (size_t i = 0; i < all.gl_pathc; i++) {
		if (!strncmp(all.gl_pathv[i], "models/tests/", 13))
			continue;
		if (!folder_of(all.gl_pathv[i] + strlen("models/")))
			fail_msg("%s is in a folder that no arrow leads to", all.gl_pathv[i]);
		count += wrong(all.gl_pathv[i]);
		seen++;
	}
	globfree(&all);
	assert_true(seen > COUNT(folders));
	return count;
}

static void arrows_lead_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(folders); i++)
		for (size_t j = i; j < COUNT(folders); j++)
			assert_true(i == j || !may_include(&folders[i], &folders[j]));
	assert_int_equal(count_wrong("models/*/*.[ch]", wrong_includes_of), 0);
}

static unsigned is_in_a_circle(const char *path)
{
	const char *header = path + strlen("models/");

	if (!comes_back(header, header, 0))
		return 0;
	print_error("%s includes itself in the end\n", path);
	return 1;
}

static void no_header_includes_itself_in_the_end(void **state)
{
	(void)state;
	assert_int_equal(count_wrong("models/*/*.h", is_in_a_circle), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrows_lead_down),
		cmocka_unit_test(no_header_includes_itself_in_the_end),
	};

	return cmocka_run_group_tests_name("layers", tests, NULL, NULL);
}
