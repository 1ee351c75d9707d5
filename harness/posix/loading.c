#include "posix/loading.h"

#include <link.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>

#include "core/rescue.h"
#include "posix/internal.h"

static bool saw_time;
static const char *refused;
uint32_t gx_posix_loading_asked;

void gx_posix_loading_clear(void)
{
	unsigned long size;
	void *statics = gx_posix_statics(&size);

	memset(statics, 0, size);
	(void)!gx_arena_put_loaded(NULL, 0);
	saw_time = false;
	gx_posix_loading_asked = 0;
	refused = NULL;
}

/* Something went wrong meanwhile, and whoever began does not come back. */
static void give_up(void)
{
	gx_posix_is_loading = false;
}

void gx_posix_loading_begin(void)
{
	gx_rescue_hook = give_up;
	gx_posix_is_loading = true;
}

void gx_posix_loading_end(void)
{
	gx_posix_is_loading = false;
}

bool gx_posix_loading_saw_time(void)
{
	return saw_time;
}

const char *gx_posix_loading_refused(void)
{
	return refused;
}

void gx_posix_loading_refuse(const char *what)
{
	if (!refused)
		refused = what;
}

uint64_t gx_posix_look(void)
{
	if (gx_task_self())
		return gx_clock_look();
	saw_time = true;
	return 0;
}

void gx_posix_show_time(void)
{
	(void)gx_clock_look();
}

/* ---- first uses ---- */

static int compare(const void *one, const void *other)
{
	return *(const unsigned char *)one - *(const unsigned char *)other;
}

void gx_posix_warm_up(void)
{
	static bool warm;
	static unsigned char
		many[2048]; /* qsort() asks how much memory there is once an array does not fit its frame */
	char text[128];
	time_t when = 86400;
	struct tm day;

	if (warm)
		return;
	warm = true;
	/* One zone everywhere; and without a name of one, libc reads its file, and allocates, each time anew. */
	setenv("TZ", "UTC0", 1);
	tzset();
	localtime_r(&when, &day);
	gmtime_r(&when, &day);
	mktime(&day);
	strftime(text, sizeof(text), "%c %Z %x", &day);
	strptime("12:00", "%H:%M", &day);
	snprintf(text, sizeof(text), "%g %Lg %s %ls", 1.5, 1.5L, strerror(1), L"x");
	(void)strtod("1.5", NULL);
	(void)localeconv();
	qsort(many, sizeof(many), 1, compare);
}

/* ---- the loader ---- */

void gx_posix_find_loader(const char **base, const char **end)
{
	uintptr_t at = getauxval(AT_BASE);
	const ElfW(Ehdr) *head = (const ElfW(Ehdr) *)at;
	const ElfW(Phdr) * phdr;
	uintptr_t size = 0;

	*base = (const char *)at;
	if (at) {
		phdr = (const ElfW(Phdr) *)(at + head->e_phoff);
		for (unsigned i = 0; i < head->e_phnum; i++)
			if (phdr[i].p_type == PT_LOAD && phdr[i].p_vaddr + phdr[i].p_memsz > size)
				size = phdr[i].p_vaddr + phdr[i].p_memsz;
	}
	*end = *base + size;
}
