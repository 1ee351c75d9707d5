/*
 * find.c - the folder of scenarios, and what is in it.
 */
#include "scenario/find.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenario/nearest.h"

/* ---- the folder ---- */

/* False if it does not fit: then it is not the one. */
static bool is_folder(char *out, size_t size, const char *base, const char *below)
{
	struct stat info;
	int length = snprintf(out, size, "%s%s", base, below);

	return length > 0 && (size_t)length < size && !stat(out, &info) && S_ISDIR(info.st_mode);
}

/* The folder of the program, with a slash at the end; "" if the system does not say. Without /proc it is where it was started. */
static void own_folder(char *out, size_t size)
{
	const char *started = (const char *)getauxval(AT_EXECFN);
	ssize_t length = readlink("/proc/self/exe", out, size - 1);
	char *slash;
	char path[PATH_MAX];

	out[length > 0 ? length : 0] = '\0';
	if (length < 0 && started && realpath(started, path))
		snprintf(out, size, "%s", path);
	slash = strrchr(out, '/');
	if (slash)
		slash[1] = '\0';
}

/* The folders that scenarios may be in; OWN, which came with the program, is the last. */
enum { WANTED, HERE, OWN, FOLDERS };

static bool folder_at(unsigned which, char *out, size_t size)
{
	const char *wanted = getenv("GATECRASH_SCENARIOS");
	char own[PATH_MAX];

	if (which == WANTED)
		return wanted && *wanted && is_folder(out, size, wanted, "");
	if (which == HERE)
		return is_folder(out, size, "./scenarios", "");
	own_folder(own, sizeof(own));
	return *own && (is_folder(out, size, own, "../../scenarios") ||
			is_folder(out, size, own, "../share/gatecrash/scenarios"));
}

static enum gx_status find_folder(char *out, size_t size, struct gx_error *err)
{
	for (unsigned i = 0; i < FOLDERS; i++)
		if (folder_at(i, out, size))
			return GX_OK;
	return gx_fail(
		err, GX_EINPUT,
		"no folder of scenarios: neither $GATECRASH_SCENARIOS nor ./scenarios nor one beside the program is there; "
		"a path such as ./mine.yaml names a scenario without it");
}

/* ---- what is in it ---- */

static const char suffix[] = ".yaml";

static bool ends_in_yaml(const char *word)
{
	size_t length = strlen(word);

	return length >= strlen(suffix) && !strcmp(word + length - strlen(suffix), suffix);
}

/* Not for what no scenario can be called: a file of an editor's, a hidden one. */
static bool is_scenario(const char *file)
{
	size_t length = strspn(file, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return length > 0 && !strcmp(file + length, suffix);
}

struct names {
	char **all;
	size_t count;
	size_t capacity;
};

static bool add_name(struct names *names, const char *file)
{
	if (names->count == names->capacity) {
		size_t capacity = names->capacity ? names->capacity * 2 : 32;
		char **larger = realloc(names->all, capacity * sizeof(*larger));

		if (!larger)
			return false;
		names->all = larger;
		names->capacity = capacity;
	}
	names->all[names->count] = strndup(file, strlen(file) - strlen(suffix));
	if (!names->all[names->count])
		return false;
	names->count++;
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum gx_status list_folder(struct names *names, const char *folder, struct gx_error *err)
{
	DIR *dir = opendir(folder);
	enum gx_status rc = GX_OK;

	if (!dir)
		return gx_fail(err, GX_ESYSTEM, "%.500s: cannot be opened: %s", folder, strerror(errno));
	while (rc == GX_OK) {
		const struct dirent *entry;

		errno = 0;
		entry = readdir(dir);
		if (!entry && errno)
			rc = gx_fail(err, GX_ESYSTEM, "%.500s: cannot be read: %s", folder, strerror(errno));
		if (!entry)
			break;
		if (is_scenario(entry->d_name) && !add_name(names, entry->d_name))
			rc = gx_fail(err, GX_ENOMEM, "out of memory for the names of scenarios");
	}
	closedir(dir);
	if (rc == GX_OK && names->count)
		qsort(names->all, names->count, sizeof(*names->all), by_name);
	return rc;
}

static enum gx_status names_in(const char *folder, char ***names, size_t *count, struct gx_error *err)
{
	struct names found = {0};
	enum gx_status rc = list_folder(&found, folder, err);

	if (rc != GX_OK) {
		gx_scenario_names_free(found.all, found.count);
		return rc;
	}
	*names = found.all;
	*count = found.count;
	return GX_OK;
}

enum gx_status gx_scenario_names(char ***names, size_t *count, struct gx_error *err)
{
	char folder[PATH_MAX];
	enum gx_status rc = find_folder(folder, sizeof(folder), err);

	return rc == GX_OK ? names_in(folder, names, count, err) : rc;
}

void gx_scenario_names_free(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

/* ---- one of them ---- */

static enum gx_status write_path(char *path, size_t size, const char *word, struct gx_error *err)
{
	int length = snprintf(path, size, "%s", word);

	if (length >= 0 && (size_t)length < size)
		return GX_OK;
	return gx_fail(err, GX_EINPUT, "the path %s is too long", gx_quote(word).text);
}

static enum gx_status no_such_name(const char *folder, const char *word, char *const *names, size_t count,
				   struct gx_error *err)
{
	const char **words = calloc(count + 1, sizeof(*words));
	const char *nearest;
	enum gx_status rc;

	if (!words)
		return gx_fail(err, GX_ENOMEM, "out of memory for the names of scenarios");
	for (size_t i = 0; i < count; i++)
		words[i] = names[i];
	nearest = gx_nearest(word, words, count);
	rc = gx_fail(err, GX_EINPUT, "there is no scenario named %s in %.500s%s%s%s", gx_quote(word).text, folder,
		     nearest ? "; did you mean \"" : "; `gatecrash list scenarios` names them", nearest ? nearest : "",
		     nearest ? "\"?" : "");
	free(words);
	return rc;
}

/* Whether a folder has a scenario of this name, whose path is then written. */
static bool has_name(char *path, size_t size, unsigned which, const char *name)
{
	char folder[PATH_MAX];
	bool is_name = *name && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")];
	int length = is_name && folder_at(which, folder, sizeof(folder))
			     ? snprintf(path, size, "%s/%s%s", folder, name, suffix)
			     : -1;

	return length > 0 && (size_t)length < size && !access(path, F_OK);
}

static enum gx_status complain_of_name(const char *word, struct gx_error *err)
{
	char folder[PATH_MAX];
	char **names;
	size_t count;
	enum gx_status rc = find_folder(folder, sizeof(folder), err);

	if (rc == GX_OK)
		rc = names_in(folder, &names, &count, err);
	if (rc != GX_OK)
		return rc;
	rc = no_such_name(folder, word, names, count, err);
	gx_scenario_names_free(names, count);
	return rc;
}

static bool is_path(const char *word)
{
	return strchr(word, '/') || ends_in_yaml(word);
}

enum gx_status gx_scenario_find(char *path, size_t size, const char *word, struct gx_error *err)
{
	if (is_path(word))
		return write_path(path, size, word, err);
	for (unsigned which = 0; which < FOLDERS; which++)
		if (has_name(path, size, which, word))
			return GX_OK;
	return complain_of_name(word, err);
}

/* ---- for repros, which are replayed elsewhere ---- */

static bool is_same_file(const char *a, const char *b)
{
	struct stat x;
	struct stat y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

void gx_absolute_path(char *out, size_t size, const char *path)
{
	char here[PATH_MAX];
	int length = -1;

	while (!strncmp(path, "./", 2))
		path += 2 + strspn(path + 2, "/");
	if (*path != '/' && getcwd(here, sizeof(here)))
		length = snprintf(out, size, "%s/%s", strcmp(here, "/") ? here : "", path);
	if (length < 0 || (size_t)length >= size)
		snprintf(out, size, "%s", path);
}

void gx_scenario_lasting_word(char *out, size_t size, const char *word, const char *path)
{
	char own[PATH_MAX];

	if (!is_path(word) && has_name(own, sizeof(own), OWN, word) && is_same_file(own, path))
		snprintf(out, size, "%s", word);
	else
		gx_absolute_path(out, size, path);
}

enum gx_status gx_find_again(char *path, size_t size, const char *word, const char *beside, struct gx_error *err)
{
	size_t folder = beside && strrchr(beside, '/') ? (size_t)(strrchr(beside, '/') - beside) + 1 : 0;
	enum gx_status rc = write_path(path, size, word, err);

	if (rc != GX_OK || *word == '/' || !folder || !access(path, F_OK))
		return rc;
	if (folder + strlen(word) < size) {
		snprintf(path, size, "%.*s%s", (int)folder, beside, word);
		if (!access(path, F_OK))
			return GX_OK;
	}
	return write_path(path, size, word, err);
}

enum gx_status gx_scenario_find_again(char *path, size_t size, const char *word, const char *beside,
				      struct gx_error *err)
{
	if (is_path(word))
		return gx_find_again(path, size, word, beside, err);
	return has_name(path, size, OWN, word) ? GX_OK : gx_scenario_find(path, size, word, err);
}

bool gx_names_a_file(const char *word)
{
	size_t length = strlen(word);

	static const char *const ends[] = {".so", ".c", ".cc", ".cpp", ".cxx"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (length > strlen(ends[i]) && !strcmp(word + length - strlen(ends[i]), ends[i]))
			return true;
	return strchr(word, '/');
}
