#include "module/compile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xxhash.h>

#include "core/rescue.h"
#include "module/internal.h"

__asm__(".pushsection .rodata\n.global gx_text_header\ngx_text_header:\n.incbin \"harness/include/gatecrash/gate.h\"\n.byte 0\n.popsection\n");

#define FLAGS "-g -O0 -fno-builtin -fPIC -fno-omit-frame-pointer -fsanitize=thread -ftrivial-auto-var-init=zero"

const char *gx_compile_flags(bool cxx)
{
	return cxx ? FLAGS " -D_GLIBCXX_ASSERTIONS -std=gnu++17" : FLAGS " -std=gnu17";
}

/* ---- words and paths ---- */

static bool ends_with(const char *word, size_t length, const char *end)
{
	size_t n = strlen(end);

	return length > n && !memcmp(word + length - n, end, n);
}

static bool is_cxx(const char *word, size_t length)
{
	return ends_with(word, length, ".cc") || ends_with(word, length, ".cpp") || ends_with(word, length, ".cxx");
}

static bool is_source(const char *word, size_t length)
{
	return ends_with(word, length, ".c") || is_cxx(word, length);
}

bool gx_is_source(const char *word)
{
	for (;;) {
		size_t length = strcspn(word, ",");

		if (!is_source(word, length))
			return false;
		if (!word[length])
			return true;
		word += length + 1;
	}
}

/* ---- a list of words, for a command ---- */

struct words {
	char **word;
	unsigned count;
	unsigned capacity;
};

static void add(struct words *words, const char *word, size_t length)
{
	if (words->count + 1 >= words->capacity) {
		words->capacity = words->capacity ? words->capacity * 2 : 32;
		words->word = realloc(words->word, words->capacity * sizeof(*words->word));
		if (!words->word)
			gx_no_memory("a command");
	}
	words->word[words->count] = strndup(word, length);
	if (!words->word[words->count])
		gx_no_memory("a command");
	words->word[++words->count] = NULL;
}

static void GX_PRINTF(2, 3) add_word(struct words *words, const char *format, ...)
{
	char text[PATH_MAX + 64];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	add(words, text, strlen(text));
}

static void add_all(struct words *words, const char *text)
{
	while (*(text += strspn(text, " "))) {
		size_t length = strcspn(text, " ");

		add(words, text, length);
		text += length;
	}
}

static void forget(struct words *words)
{
	for (unsigned i = 0; i < words->count; i++)
		free(words->word[i]);
	free(words->word);
	*words = (struct words){0};
}

static const char *compiler(bool cxx)
{
	const char *named = getenv(cxx ? "CXX" : "CC");

	return named && *named ? named : cxx ? "c++" : "cc";
}

/* Run it and wait. GX_EINPUT: there is no such program. */
static enum gx_status run(const struct words *command, int *status, struct gx_error *err)
{
	pid_t child;
	int rc;

	fflush(NULL);
	rc = posix_spawnp(&child, command->word[0], NULL, NULL, command->word, environ);
	if (rc)
		return gx_module_refuse(
			err, "cannot run the compiler %.200s: %s; set CC (for C++ CXX), or install gcc or clang",
			command->word[0], strerror(rc));
	while (waitpid(child, status, 0) < 0)
		if (errno != EINTR)
			return gx_fail(err, GX_ESYSTEM, "waiting for the compiler: %s", strerror(errno));
	*status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
	return GX_OK;
}

/* ---- the cache ---- */

static char folder[PATH_MAX - 256];

static void remove_folder(void)
{
	struct words command = {0};
	int status;

	add_all(&command, "rm -rf --");
	add(&command, folder, strlen(folder));
	(void)!run(&command, &status, NULL);
	forget(&command);
}

static bool make_folder(const char *base, const char *below)
{
	char *slash;

	if (!base || *base != '/' || snprintf(folder, sizeof(folder), "%s/%s", base, below) >= (int)sizeof(folder))
		return false;
	for (slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		(void)mkdir(folder, 0777);
		*slash = '/';
	}
	return (!mkdir(folder, 0777) || errno == EEXIST) && !access(folder, W_OK | X_OK);
}

static enum gx_status find_folder(struct gx_error *err)
{
	const char *temporary = getenv("TMPDIR");

	if (*folder)
		return GX_OK;
	if (make_folder(getenv("XDG_CACHE_HOME"), "gatecrash") || make_folder(getenv("HOME"), ".cache/gatecrash"))
		return GX_OK;
	(void)snprintf(folder, sizeof(folder), "%s/gatecrash.XXXXXX", temporary && *temporary ? temporary : "/tmp");
	if (mkdtemp(folder)) {
		atexit(remove_folder);
		return GX_OK;
	}
	gx_fail(err, GX_ESYSTEM, "no folder for what is compiled: %.200s: %s; set XDG_CACHE_HOME or TMPDIR", folder,
		strerror(errno));
	*folder = 0;
	return GX_ESYSTEM;
}

/* In one piece: whoever looks finds the old one, the new one, or none. */
static bool put(const char *path, const char *bytes, size_t size)
{
	char temporary[PATH_MAX];
	FILE *file;
	bool written;

	if (snprintf(temporary, sizeof(temporary), "%s.%ld", path, (long)getpid()) >= (int)sizeof(temporary))
		return false;
	file = fopen(temporary, "w");
	if (!file)
		return false;
	written = fwrite(bytes, 1, size, file) == size;
	written &= !fclose(file);
	if (written && !rename(temporary, path))
		return true;
	(void)unlink(temporary);
	return false;
}

/* The folder that holds gatecrash/gate.h as this program knows it. */
static enum gx_status put_header(char *out, size_t size, struct gx_error *err)
{
	size_t bytes = strlen(gx_text_header);
	char path[PATH_MAX];

	(void)snprintf(out, size, "%s/include-%016llx", folder, (unsigned long long)XXH3_64bits(gx_text_header, bytes));
	(void)mkdir(out, 0777);
	(void)snprintf(path, sizeof(path), "%s/gatecrash", out);
	(void)mkdir(path, 0777);
	(void)snprintf(path, sizeof(path), "%s/gatecrash/gate.h", out);
	if (access(path, R_OK) && !put(path, gx_text_header, bytes))
		return gx_fail(err, GX_ESYSTEM, "%s: %s", path, strerror(errno));
	return GX_OK;
}

/* ---- what a gate is made of ---- */

/* Hash of a file's contents into the sum; false if it cannot be read. */
static bool hash_file(XXH3_state_t *sum, const char *path)
{
	char bytes[16384];
	FILE *file = fopen(path, "r");
	size_t got;

	if (!file)
		return false;
	XXH3_64bits_update(sum, path, strlen(path) + 1);
	while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0)
		XXH3_64bits_update(sum, bytes, got);
	return !fclose(file);
}

/* The compiler by what it is, as far as that is cheap: its file. */
static void hash_compiler(XXH3_state_t *sum, bool cxx)
{
	const char *name = compiler(cxx);
	const char *path = getenv("PATH");
	size_t length = strcspn(name, " ");
	struct stat status;

	XXH3_64bits_update(sum, name, strlen(name) + 1);
	for (; path && *path; path += strcspn(path, ":"), path += *path == ':') {
		char file[PATH_MAX];

		(void)snprintf(file, sizeof(file), "%.*s/%.*s", (int)strcspn(path, ":"), path, (int)length, name);
		if (stat(file, &status))
			continue;
		XXH3_64bits_update(sum, &status.st_size, sizeof(status.st_size));
		XXH3_64bits_update(sum, &status.st_mtim, sizeof(status.st_mtim));
		return;
	}
}

struct making {
	const char *sources;
	char include[PATH_MAX];
	char list[PATH_MAX]; /* what it was made of, the last time: a path per line */
	char room[PATH_MAX]; /* a folder for this time */
	bool cxx;
};

static XXH3_state_t *new_sum(void)
{
	XXH3_state_t *sum = XXH3_createState();

	if (!sum)
		gx_no_memory("a hash");
	XXH3_64bits_reset(sum);
	return sum;
}

/* What is asked for: by its hash the list is found. */
static uint64_t hash_of_wish(const struct making *making)
{
	char here[PATH_MAX] = "";
	XXH3_state_t *sum = new_sum();
	uint64_t hash;

	if (!getcwd(here, sizeof(here)))
		*here = 0;
	XXH3_64bits_update(sum, here, strlen(here) + 1);
	XXH3_64bits_update(sum, making->sources, strlen(making->sources) + 1);
	XXH3_64bits_update(sum, FLAGS, sizeof(FLAGS));
	XXH3_64bits_update(sum, making->include, strlen(making->include));
	hash_compiler(sum, false);
	hash_compiler(sum, true);
	hash = XXH3_64bits_digest(sum);
	XXH3_freeState(sum);
	return hash;
}

/* What it would be made of now; false if there is no list, or a file is gone. */
static bool hash_of_contents(const struct making *making, uint64_t wish, uint64_t *hash)
{
	XXH3_state_t *sum = new_sum();
	FILE *list = fopen(making->list, "r");
	char line[PATH_MAX];
	bool read = list != NULL;

	XXH3_64bits_update(sum, &wish, sizeof(wish));
	while (read && fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\n")] = 0;
		read = hash_file(sum, line);
	}
	if (list)
		(void)fclose(list);
	*hash = XXH3_64bits_digest(sum);
	XXH3_freeState(sum);
	return read;
}

/* Of a rule of make's, `gate.o: a.c b.h \` and so on, the files behind the colon, a line each. */
static void copy_dependencies(FILE *to, FILE *from)
{
	bool behind = false;
	bool within = false;
	int c;

	while ((c = getc(from)) != EOF) {
		int next = c == '\\' || c == '$' ? getc(from) : EOF;

		if (c == '\\' && next == '\n')
			c = ' ';
		else if ((c == '\\' && (next == ' ' || next == '#')) || (c == '$' && next == '$'))
			c = next | 0x100; /* itself */
		else if (next != EOF)
			ungetc(next, from);
		if (!behind) {
			behind = c == ':';
			continue;
		}
		if (c == ' ' || c == '\n') {
			if (within)
				putc('\n', to);
			within = false;
			continue;
		}
		putc(c & 0xff, to);
		within = true;
	}
}

/* ---- making it ---- */

static void compile_command(struct words *command, const char *source, size_t length, const char *include)
{
	bool cxx = is_cxx(source, length);

	add_all(command, compiler(cxx));
	add_all(command, gx_compile_flags(cxx));
	add_word(command, "-I%s", include);
	if (strstr(compiler(cxx), "clang"))
		add_all(command, "-Wno-unused-command-line-argument "
				 "-enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang");
}

static enum gx_status failed(const char *what, int status, struct gx_error *err)
{
	return gx_module_refuse(err, "%.200s: the compiler would not, see above (it ended with status %d)", what,
				status);
}

/* Of what is compiled, some of it. */
static bool calls_libatomic;

/* To an object from ROOM/NUMBER.s, which has been compiled. */
static enum gx_status assemble(const char *room, unsigned number, const char *object, bool cxx, int *status,
			       struct gx_error *err)
{
	struct words command = {0};
	char assembly[PATH_MAX + 32];
	enum gx_status rc;

	(void)snprintf(assembly, sizeof(assembly), "%s/%u.s", room, number);
	if (!gx_assembly_look(assembly, &calls_libatomic))
		return gx_fail(err, GX_ESYSTEM, "%s: %s", assembly, strerror(errno));
	add_all(&command, compiler(cxx));
	add_all(&command, "-c -o");
	add(&command, object, strlen(object));
	add(&command, assembly, strlen(assembly));
	rc = run(&command, status, err);
	forget(&command);
	return rc;
}

static enum gx_status compile_one(const struct making *making, const char *source, size_t length, unsigned number,
				  struct gx_error *err)
{
	struct words command = {0};
	char name[PATH_MAX];
	char object[PATH_MAX + 32];
	enum gx_status rc;
	int status = 0;

	(void)snprintf(name, sizeof(name), "%.*s", (int)length, source);
	if (access(name, R_OK))
		return gx_module_refuse(err, "%.200s: cannot open the gate: %s", name, strerror(errno));
	compile_command(&command, source, length, making->include);
	add_all(&command, "-MD -MF");
	add_word(&command, "%s/%u.d", making->room, number);
	add_all(&command, "-S -o");
	add_word(&command, "%s/%u.s", making->room, number);
	add(&command, name, strlen(name));
	rc = run(&command, &status, err);
	forget(&command);
	(void)snprintf(object, sizeof(object), "%s/%u.o", making->room, number);
	if (rc == GX_OK && !status)
		rc = assemble(making->room, number, object, is_cxx(source, length), &status, err);
	return rc == GX_OK && status ? failed(name, status, err) : rc;
}

static enum gx_status link_all(const struct making *making, unsigned count, struct gx_error *err)
{
	struct words command = {0};
	enum gx_status rc;
	int status = 0;

	add_all(&command, compiler(making->cxx));
	add_all(&command, "-shared -Wl,-Bsymbolic-functions -o");
	add_word(&command, "%s/gate.so", making->room);
	for (unsigned i = 0; i < count; i++)
		add_word(&command, "%s/%u.o", making->room, i);
	add_all(&command, calls_libatomic ? "-latomic -lpthread" : "-lpthread");
	rc = run(&command, &status, err);
	forget(&command);
	return rc == GX_OK && status ? failed(making->sources, status, err) : rc;
}

static bool write_list(const struct making *making, unsigned count)
{
	char path[PATH_MAX + 32];
	FILE *to;
	bool written;

	(void)snprintf(path, sizeof(path), "%s/list", making->room);
	to = fopen(path, "w");
	for (unsigned i = 0; i < count && to; i++) {
		char part[PATH_MAX + 32];
		FILE *from;

		(void)snprintf(part, sizeof(part), "%s/%u.d", making->room, i);
		from = fopen(part, "r");
		if (from) {
			copy_dependencies(to, from);
			(void)fclose(from);
		}
	}
	written = to && !fclose(to);
	return written && !rename(path, making->list);
}

static enum gx_status make(const struct making *making, struct gx_error *err)
{
	enum gx_status rc = GX_OK;
	unsigned count = 0;

	for (const char *at = making->sources; rc == GX_OK; at++) {
		size_t length = strcspn(at, ",");

		rc = compile_one(making, at, length, count++, err);
		at += length;
		if (!*at)
			break;
	}
	if (rc == GX_OK)
		rc = link_all(making, count, err);
	if (rc == GX_OK && !write_list(making, count))
		rc = gx_fail(err, GX_ESYSTEM, "%s: %s", making->list, strerror(errno));
	return rc;
}

static void clear_room(const struct making *making)
{
	for (unsigned i = 0;; i++) {
		char path[PATH_MAX + 32];
		bool was_there = false;

		for (unsigned part = 0; part < 3; part++) {
			(void)snprintf(path, sizeof(path), "%s/%u.%c", making->room, i, "dos"[part]);
			was_there |= !unlink(path);
		}
		if (!was_there)
			break;
	}
	(void)rmdir(making->room);
}

/* Make it anew, and put it where it will be found. */
static enum gx_status make_anew(struct making *making, uint64_t wish, char *out, size_t size, struct gx_error *err)
{
	char made[PATH_MAX + 32];
	uint64_t hash;
	enum gx_status rc;

	(void)snprintf(making->room, sizeof(making->room), "%s/making.XXXXXX", folder);
	if (!mkdtemp(making->room))
		return gx_fail(err, GX_ESYSTEM, "%s: %s", making->room, strerror(errno));
	calls_libatomic = false;
	rc = make(making, err);
	(void)snprintf(made, sizeof(made), "%s/gate.so", making->room);
	if (rc == GX_OK && !hash_of_contents(making, wish, &hash))
		rc = gx_module_refuse(err, "%.200s: it has changed while it was compiled", making->sources);
	if (rc == GX_OK) {
		(void)snprintf(out, size, "%s/gate-%016llx.so", folder, (unsigned long long)hash);
		if (rename(made, out))
			rc = gx_fail(err, GX_ESYSTEM, "%s: %s", out, strerror(errno));
	}
	(void)unlink(made);
	clear_room(making);
	return rc;
}

static bool has_cxx(const char *sources)
{
	for (size_t length;; sources += length + 1) {
		length = strcspn(sources, ",");
		if (is_cxx(sources, length))
			return true;
		if (!sources[length])
			return false;
	}
}

enum gx_status gx_compile(char *out, size_t size, const char *sources, struct gx_error *err)
{
	struct making making = {.sources = sources, .cxx = has_cxx(sources)};
	enum gx_status rc = find_folder(err);
	uint64_t wish;
	uint64_t hash;

	if (rc == GX_OK)
		rc = put_header(making.include, sizeof(making.include), err);
	if (rc != GX_OK)
		return rc;
	wish = hash_of_wish(&making);
	(void)snprintf(making.list, sizeof(making.list), "%s/%016llx.list", folder, (unsigned long long)wish);
	if (hash_of_contents(&making, wish, &hash)) {
		(void)snprintf(out, size, "%s/gate-%016llx.so", folder, (unsigned long long)hash);
		if (!access(out, R_OK))
			return GX_OK;
	}
	return make_anew(&making, wish, out, size, err);
}

/* ---- as told ---- */

struct told {
	const char *output;
	bool only_compiles;
	bool cxx;
	struct words sources;
	struct words others;
};

static void sort_arguments(struct told *told, const char *const *arguments)
{
	for (; *arguments; arguments++) {
		const char *word = *arguments;

		if (!strcmp(word, "-o") && arguments[1])
			told->output = *++arguments;
		else if (!strcmp(word, "-c"))
			told->only_compiles = true;
		else if (*word != '-' && is_source(word, strlen(word)))
			add(&told->sources, word, strlen(word));
		else
			add(&told->others, word, strlen(word));
		told->cxx |= is_cxx(word, strlen(word));
	}
}

static void add_words(struct words *to, const struct words *from)
{
	for (unsigned i = 0; i < from->count; i++)
		add(to, from->word[i], strlen(from->word[i]));
}

/* The nth source, to ROOM/N.s and from there to the object. */
static enum gx_status compile_told(const struct told *told, unsigned number, const char *object, const char *include,
				   const char *room, int *status, struct gx_error *err)
{
	const char *source = told->sources.word[number];
	bool cxx = is_cxx(source, strlen(source));
	struct words command = {0};
	enum gx_status rc;

	compile_command(&command, source, strlen(source), include);
	add_words(&command, &told->others);
	add_all(&command, "-S -o");
	add_word(&command, "%s/%u.s", room, number);
	add(&command, source, strlen(source));
	rc = run(&command, status, err);
	forget(&command);
	return rc == GX_OK && !*status ? assemble(room, number, object, cxx, status, err) : rc;
}

/* What is linked and was not compiled here: an object that says so. */
static enum gx_status note_others(const struct told *told, const char *room, int *status, struct gx_error *err)
{
	static const char begins[] = "\t.section .note.GNU-stack,\"\",%progbits\n";
	unsigned number = told->sources.count;
	char path[PATH_MAX + 32];
	char object[PATH_MAX + 32];
	bool done;

	(void)snprintf(path, sizeof(path), "%s/%u.s", room, number);
	(void)snprintf(object, sizeof(object), "%s/%u.o", room, number);
	done = put(path, begins, strlen(begins));
	for (unsigned i = 0; i < told->others.count && done; i++) {
		const char *word = told->others.word[i];
		const char *slash = strrchr(word, '/');
		char line[PATH_MAX];
		bool is_code = ends_with(word, strlen(word), ".o") || ends_with(word, strlen(word), ".a");

		(void)snprintf(line, sizeof(line), "%s\n", slash ? slash + 1 : word);
		if (*word != '-' && is_code && !gx_assembly_is_noted(word))
			done = gx_assembly_add(path, line);
	}
	if (!done)
		return gx_fail(err, GX_ESYSTEM, "%s: %s", path, strerror(errno));
	return assemble(room, number, object, false, status, err);
}

static enum gx_status link_told(const struct told *told, const char *room, int *status, struct gx_error *err)
{
	struct words command = {0};
	enum gx_status rc;

	add_all(&command, compiler(told->cxx));
	add_all(&command, "-shared -Wl,-Bsymbolic-functions -o");
	add(&command, told->output, strlen(told->output));
	for (unsigned i = 0; i <= told->sources.count; i++)
		add_word(&command, "%s/%u.o", room, i);
	add_words(&command, &told->others);
	add_all(&command, calls_libatomic ? "-latomic -lpthread" : "-lpthread");
	rc = run(&command, status, err);
	forget(&command);
	return rc;
}

/* FILE.o in the current folder, as a compiler would name it. */
static void name_object(char *to, size_t size, const char *source)
{
	const char *slash = strrchr(source, '/');
	const char *name = slash ? slash + 1 : source;

	(void)snprintf(to, size, "%.*s.o", (int)(strrchr(name, '.') - name), name);
}

static enum gx_status compile_all_told(const struct told *told, const char *include, const char *room, int *status,
				       struct gx_error *err)
{
	enum gx_status rc = GX_OK;

	for (unsigned i = 0; i < told->sources.count && rc == GX_OK && !*status; i++) {
		char object[PATH_MAX + 32];

		(void)snprintf(object, sizeof(object), "%s/%u.o", room, i);
		if (told->only_compiles && told->output)
			(void)snprintf(object, sizeof(object), "%s", told->output);
		else if (told->only_compiles)
			name_object(object, sizeof(object), told->sources.word[i]);
		rc = compile_told(told, i, object, include, room, status, err);
	}
	return rc;
}

static enum gx_status do_as_told(const struct told *told, const char *include, int *status, struct gx_error *err)
{
	struct making making = {.sources = ""};
	enum gx_status rc;

	(void)snprintf(making.room, sizeof(making.room), "%s/making.XXXXXX", folder);
	if (!mkdtemp(making.room))
		return gx_fail(err, GX_ESYSTEM, "%s: %s", making.room, strerror(errno));
	calls_libatomic = false;
	rc = compile_all_told(told, include, making.room, status, err);
	if (rc == GX_OK && !*status && !told->only_compiles)
		rc = note_others(told, making.room, status, err);
	if (rc == GX_OK && !*status && !told->only_compiles)
		rc = link_told(told, making.room, status, err);
	clear_room(&making);
	return rc;
}

/* What cannot be looked through. */
static const char *unwanted(const struct told *told)
{
	for (unsigned i = 0; i < told->others.count; i++)
		if (!strncmp(told->others.word[i], "-flto", 5))
			return told->others.word[i];
	return NULL;
}

enum gx_status gx_compile_as_told(const char *const *arguments, int *status, struct gx_error *err)
{
	struct told told = {0};
	char include[PATH_MAX];
	enum gx_status rc = find_folder(err);

	*status = 0;
	if (rc == GX_OK)
		rc = put_header(include, sizeof(include), err);
	sort_arguments(&told, arguments);
	if (rc == GX_OK && !told.sources.count)
		rc = gx_module_refuse(err, "cc: no source is named: a file that ends with .c, .cc, .cpp or .cxx");
	else if (rc == GX_OK && !told.only_compiles && !told.output)
		rc = gx_module_refuse(
			err, "cc: -o is missing: where does the gate go? `gatecrash cc mygate.c -o mygate.so`");
	else if (rc == GX_OK && told.only_compiles && told.sources.count > 1 && told.output)
		rc = gx_module_refuse(err, "cc: -c with -o takes one source");
	else if (rc == GX_OK && unwanted(&told))
		rc = gx_module_refuse(
			err, "cc: %.100s: what is compiled is looked through for inline assembly; leave it out",
			unwanted(&told));
	else if (rc == GX_OK)
		rc = do_as_told(&told, include, status, err);
	forget(&told.sources);
	forget(&told.others);
	return rc;
}
