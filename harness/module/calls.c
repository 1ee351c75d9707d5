/*
 * calls.c - what a plugin calls: every function that it, or a library that it brings along, takes from elsewhere is decided by its name.
 *
 *     gatecrash has it             modelled, whatever libc's does
 *     `pure` below                 libc's is fine: it reads its arguments and what never changes, writes what it was given, and allocates
 *                                  with malloc(), which is the plugin's
 *     anything else of libc's      refused: it works on the real process, thread or file, of which there is one for all tasks, or keeps
 *                                  something that no execution resets. `advice` knows what to do instead
 *     the mathematics library, the compiler's and the language's are fine but for what `advice_cxx` names
 *     another library's            that library is looked at in the same way
 *
 * So a function that nobody here has heard of is refused, until somebody looks at it and adds it to `pure`.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sanitizer.h"
#include "hosts/seal.h"
#include "module/compile.h"
#include "module/internal.h"

static const char pure[] =
	/* memory and strings */
	" __bzero __explicit_bzero_chk __memcmpeq __memcpy_chk __memmove_chk __mempcpy __mempcpy_chk __memset_chk "
	"__rawmemchr __stpcpy __stpcpy_chk __stpncpy __stpncpy_chk __strcasecmp __strcasestr __strcat_chk __strcpy_chk "
	"__strdup __strerror_r __strftime_l __strncat_chk __strncpy_chk __strndup __strsep_g __strtod_internal "
	"__strtof_internal __strtok_r __strtol_internal __strtold_internal __strtoll_internal __strtoul_internal "
	"__strtoull_internal __strverscmp __wmemcpy_chk __wmemmove_chk __wmempcpy_chk __wmemset_chk __xpg_basename "
	"__xpg_strerror_r argz_stringify basename bcmp bcopy bzero dirname envz_strip explicit_bzero hdestroy_r index "
	"memccpy memchr memcmp memcpy memfrob memmem memmove mempcpy memrchr memset rawmemchr rindex sigabbrev_np "
	"sigdescr_np sigismember stpcpy stpncpy strcasecmp strcasecmp_l strcasestr strcat strchr strchrnul strcmp strcoll "
	"strcoll_l strcpy strcspn strdup strerror_r strerrordesc_np strerrorname_np strfmon strfmon_l strfromd strfromf "
	"strfromf128 strfromf32 strfromf32x strfromf64 strfromf64x strfroml strftime strftime_l strlen strncasecmp "
	"strncasecmp_l strncat strncmp strncpy strndup strnlen strpbrk strptime strptime_l strrchr strsep strspn strstr "
	"strtod strtod_l strtof strtof128 strtof128_l strtof32 strtof32_l strtof32x strtof32x_l strtof64 strtof64_l "
	"strtof64x strtof64x_l strtof_l strtoimax strtok_r strtol strtol_l strtold strtold_l strtoll strtoll_l strtoq "
	"strtoul strtoul_l strtoull strtoull_l strtoumax strtouq strverscmp strxfrm strxfrm_l swab tdestroy wcsstr wmemchr "
	"wmemcmp wmemcpy wmemmove wmempcpy wmemset __isoc23_strtol __isoc23_strtoul __isoc23_strtoll __isoc23_strtoull "
	"__isoc23_strtoimax __isoc23_strtoumax __isoc23_strtol_l __isoc23_strtoul_l __isoc23_strtoll_l __isoc23_strtoull_l "
	"strlcpy strlcat __strlcpy_chk __strlcat_chk memset_explicit "
	/* wide and multibyte characters */
	" __ctype_get_mb_cur_max __iswcntrl_l __iswctype __iswctype_l __mbrlen __mbrtowc __mbsnrtowcs_chk __mbsrtowcs_chk "
	"__mbstowcs_chk __wcpcpy_chk __wcpncpy_chk __wcrtomb_chk __wcscat_chk __wcscpy_chk __wcsncat_chk __wcsncpy_chk "
	"__wcsnrtombs_chk __wcsrtombs_chk __wcstombs_chk __wctomb_chk _obstack_newchunk btowc c16rtomb c32rtomb c8rtomb "
	"iswcntrl iswcntrl_l iswctype iswctype_l mblen mbrlen mbrtoc16 mbrtoc32 mbrtoc8 mbrtowc mbsinit mbsnrtowcs mbsrtowcs "
	"mbstowcs mbtowc towctrans towctrans_l wcpcpy wcpncpy wcrtomb wcscasecmp wcscasecmp_l wcscat wcschr wcschrnul wcscmp "
	"wcscoll wcscoll_l wcscpy wcscspn wcsdup wcsftime wcsftime_l wcslen wcsncasecmp wcsncasecmp_l wcsncat wcsncmp "
	"wcsncpy wcsnlen wcsnrtombs wcspbrk wcsrchr wcsrtombs wcsspn wcstod wcstod_l wcstof wcstof128 wcstof128_l wcstof32 "
	"wcstof32_l wcstof32x wcstof32x_l wcstof64 wcstof64_l wcstof64x wcstof64x_l wcstof_l wcstoimax wcstok wcstol "
	"wcstol_l wcstold wcstold_l wcstoll wcstoll_l wcstombs wcstoq wcstoul wcstoul_l wcstoull wcstoull_l wcstoumax "
	"wcstouq wcswcs wcswidth wcsxfrm wcsxfrm_l wctob wctomb wctrans wctrans_l wctype wctype_l wcwidth __isoc23_wcstol "
	"__isoc23_wcstoul __isoc23_wcstoll __isoc23_wcstoull wcslcpy wcslcat "
	/* classes of characters */
	" __ctype_b_loc __ctype_tolower_loc __ctype_toupper_loc __isalnum_l __isalpha_l __isascii_l __isblank_l __iscntrl_l "
	"__isctype __isdigit_l __isgraph_l __islower_l __isprint_l __ispunct_l __isspace_l __isupper_l __iswalnum_l "
	"__iswalpha_l __iswblank_l __iswdigit_l __iswgraph_l __iswlower_l __iswprint_l __iswpunct_l __iswspace_l "
	"__iswupper_l __iswxdigit_l __isxdigit_l __toascii_l __tolower_l __toupper_l __towlower_l __towupper_l _tolower "
	"_toupper isalnum isalnum_l isalpha isalpha_l isascii isblank isblank_l iscntrl iscntrl_l isctype isdigit isdigit_l "
	"isgraph isgraph_l islower islower_l isprint isprint_l ispunct ispunct_l isspace isspace_l isupper isupper_l "
	"iswalnum iswalnum_l iswalpha iswalpha_l iswblank iswblank_l iswdigit iswdigit_l iswgraph iswgraph_l iswlower "
	"iswlower_l iswprint iswprint_l iswpunct iswpunct_l iswspace iswspace_l iswupper iswupper_l iswxdigit iswxdigit_l "
	"isxdigit isxdigit_l toascii tolower tolower_l toupper toupper_l towlower towlower_l towupper towupper_l "
	/* numbers */
	" __ffs __finite __finitef __finitel __isinf __isinff __isinfl __isnan __isnanf __isnanf128 __isnanl __signbit "
	"__signbitf __signbitl a64l abs atof atoi atol atoll copysign copysignf copysignl div ffs ffsl ffsll finite finitef "
	"finitel frexp frexpf frexpl imaxabs imaxdiv isinf isinff isinfl isnan isnanf isnanl labs ldexp ldexpf ldexpl ldiv "
	"llabs lldiv modf modff modfl scalbn scalbnf scalbnl "
	/* formats */
	" __asprintf __asprintf_chk __isoc99_sscanf __isoc99_swscanf __isoc99_vsscanf __isoc99_vswscanf __obstack_printf_chk "
	"__obstack_vprintf_chk __snprintf __snprintf_chk __sprintf_chk __swprintf_chk __vasprintf_chk __vsnprintf "
	"__vsnprintf_chk __vsprintf_chk __vswprintf_chk asprintf obstack_printf obstack_vprintf parse_printf_format snprintf "
	"sprintf sscanf swprintf swscanf vasprintf vsnprintf vsprintf vsscanf vswprintf vswscanf __isoc23_sscanf "
	"__isoc23_vsscanf __isoc23_swscanf "
	/* sorting, searching, matching */
	" _obstack_allocated_p _obstack_begin _obstack_begin_1 _obstack_free _obstack_memory_used argz_add argz_add_sep "
	"argz_append argz_count argz_create argz_create_sep argz_delete argz_extract argz_insert argz_next argz_replace "
	"bsearch envz_add envz_entry envz_get envz_merge envz_remove fnmatch getsubopt hcreate_r hsearch_r insque lfind "
	"lsearch obstack_free qsort qsort_r regcomp regerror regexec regfree remque tdelete tfind tsearch twalk twalk_r "
	/* random numbers and dates with a state of their own */
	" __gmtime_r asctime_r clock_getres ctime_r difftime drand48_r dysize erand48_r gmtime_r initstate_r jrand48_r "
	"lcong48_r localtime_r lrand48_r mktime mrand48_r nrand48_r rand_r random_r seed48_r setstate_r srand48_r srandom_r "
	"timegm timelocal timespec_getres "
	/* attributes, sets, jumps */
	" __longjmp_chk __sigsetjmp _longjmp _setjmp longjmp pthread_attr_destroy pthread_attr_getdetachstate "
	"pthread_attr_getguardsize pthread_attr_getinheritsched pthread_attr_getschedparam pthread_attr_getschedpolicy "
	"pthread_attr_getscope pthread_attr_getstack pthread_attr_getstackaddr pthread_attr_getstacksize pthread_attr_init "
	"pthread_attr_setdetachstate pthread_attr_setguardsize pthread_attr_setinheritsched pthread_attr_setschedparam "
	"pthread_attr_setschedpolicy pthread_attr_setscope pthread_attr_setstack pthread_attr_setstackaddr "
	"pthread_attr_setstacksize pthread_condattr_destroy pthread_condattr_getclock pthread_condattr_getpshared "
	"pthread_condattr_init pthread_condattr_setclock pthread_condattr_setpshared pthread_equal pthread_mutexattr_destroy "
	"pthread_mutexattr_getprioceiling pthread_mutexattr_getprotocol pthread_mutexattr_getpshared "
	"pthread_mutexattr_getrobust pthread_mutexattr_gettype pthread_mutexattr_init pthread_mutexattr_setprioceiling "
	"pthread_mutexattr_setprotocol pthread_mutexattr_setpshared pthread_mutexattr_setrobust pthread_mutexattr_settype pthread_rwlockattr_destroy "
	"pthread_rwlockattr_getkind_np pthread_rwlockattr_getpshared pthread_rwlockattr_init pthread_rwlockattr_setkind_np "
	"pthread_rwlockattr_setpshared pthread_barrierattr_destroy pthread_barrierattr_getpshared pthread_barrierattr_init "
	"pthread_barrierattr_setpshared pthread_getconcurrency setjmp sigaddset sigandset "
	"sigdelset sigemptyset sigfillset sigisemptyset siglongjmp sigorset thrd_equal "
	/* what does not change while a process lives */
	" __getauxval __getpagesize getauxval getegid getenv geteuid getgid gethostname getpagesize getuid "
	"gnu_get_libc_release gnu_get_libc_version localeconv nl_langinfo nl_langinfo_l secure_getenv uname "
	/* and the rest */
	" __chk_fail __cxa_finalize __errno_location __fdelt_chk __fdelt_warn __fortify_fail __sched_cpualloc "
	"__sched_cpucount __sched_cpufree _dl_find_object clearerr clearerr_unlocked dl_iterate_phdr dladdr feof "
	"feof_unlocked ferror ferror_unlocked fileno fileno_unlocked gnu_dev_major gnu_dev_makedev gnu_dev_minor htonl htons "
	"inet_addr inet_aton inet_ntop inet_pton ntohl ntohs __gmon_start__ _ITM_registerTMCloneTable "
	"_ITM_deregisterTMCloneTable __tls_get_addr ";

/* Variables of libc's that may be read; what they say never changes, or it is a stream. */
static const char variables[] =
	" stdout stderr stdin environ __environ timezone __timezone daylight __daylight tzname __tzname "
	"program_invocation_name program_invocation_short_name __progname __progname_full "
	"__libc_single_threaded in6addr_any in6addr_loopback ";

/* What to do instead: by the whole name, or, behind a *, by its beginning. The first that fits. */
static const struct {
	const char *names;
	const char *what;
} advice[] = {
	{" sched_getcpu getcpu ", "what it says is the machine's, and changes"},
	{" *fork vfork __fork _Fork *clone __clone system *popen pclose *posix_spawn *wait __wait daemon *setpgid setsid setns unshare "
	 "ptrace *exec *kill tgkill *sig *__sig signal bsd_signal ssignal gsignal *sched_ nice setpriority prctl *setrlimit *prlimit "
	 "personality pause pthread_sigmask pthread_kill pthread_sigqueue pthread_atfork __register_atfork ",
	 "a gate starts no processes, and handles and sends no signals"},
	{" *pthread_ *__pthread_ *sem_ *mtx_ *cnd_ *thrd_ *tss_ call_once ",
	 "pthread's and C11's mutexes, condition variables, threads and keys it does, and rwlocks, spin locks, barriers, semaphores"},
	{" alarm ualarm *setitimer getitimer *timer clock times getrusage clock_getcpuclockid *clock_ *adjtim *ntp_ settimeofday stime ",
	 "time passes for a gate in clock_gettime(), in sleeps and in waits with a deadline"},
	{" strfry ", "the same schedule would not be the same execution: take rand() or a generator of your own"},
	{" *mmap *munmap mremap *mprotect *madvise brk sbrk __sbrk mallopt *mallinfo *malloc_ *mcheck mtrace muntrace *mlock *munlock *shm ",
	 "memory comes from malloc()"},
	{" setenv unsetenv putenv clearenv *setlocale *newlocale *uselocale *duplocale *freelocale *iconv *gettext *dgettext *dcgettext "
	 "*ngettext *dngettext *dcngettext *textdomain *bind_textdomain *bindtextdomain *cat *nl_ *initstate setstate *getopt hcreate "
	 "hsearch hdestroy ecvt fcvt qecvt qfcvt gcvt l64a ",
	 "what it keeps would be shared by all executions"},
	{" *dl ", "link the gate with what it needs"},
	{" *clock_get *sched_get *getcpu get_phys_pages get_avphys_pages getloadavg gethostid ",
	 "what it says is the machine's, and changes"},
	{" getcontext setcontext makecontext swapcontext ", "a task has one stack; make a thread"},
	{" on_exit at_quick_exit __cxa_at_quick_exit quick_exit ", "an execution does not end as a process does"},
};

static const char blocks_cxx[] = "std::mutex, std::condition_variable and std::thread it does";

/* Of a gate in C++: any name, mangled, that has this in it. */
static const struct {
	const char *part;
	const char *written; /* what its author has written; NULL: the name */
	const char *what;
} advice_cxx[] = {
	{"random_device", "std::random_device",
	 "the same schedule would not be the same execution: take an engine with a seed of your own"},
	{"basic_filebuf", NULL, "a gate has no files"},
	{"basic_fstream", NULL, "a gate has no files"},
	{"basic_ifstream", NULL, "a gate has no files"},
	{"basic_ofstream", NULL, "a gate has no files"},
	{"stdio_filebuf", NULL, "a gate has no files"},
	{"10filesystem", NULL, "a gate has no files"},
	{"_ZSt3cin", NULL, "a gate has no input"},
	{"_ZSt4wcin", NULL, "a gate has no input"},
	{"_ZSt5wcout", NULL, "a gate prints to std::cout"},
	{"_ZSt5wcerr", NULL, "a gate prints to std::cerr"},
	{"_ZSt5wclog", NULL, "a gate prints to std::clog"},
	{"_ZNSt6locale6global", NULL, "what it keeps would be shared by all executions"},
	{"_ZNSt6localeC1EPKc", NULL, "the only locale is \"C\""},
	{"_ZNSt6localeC2EPKc", NULL, "the only locale is \"C\""},
	{"notify_all_at_thread_exit", "std::notify_all_at_thread_exit", blocks_cxx},
	{"synchronized_pool", "std::pmr::synchronized_pool_resource", blocks_cxx},
	{"4tzdb", NULL, "a gate has no files"},
};

static const char no_advice[] =
	"it may wait, or keep what all executions would share; a gate has no files, sockets or devices";

/* A name of a list of names between blanks. */
static bool is_listed(const char *list, const char *name)
{
	char word[128];

	return snprintf(word, sizeof(word), " %s ", name) < (int)sizeof(word) && strstr(list, word);
}

static bool begins_as_listed(const char *list, const char *name)
{
	for (const char *at = strchr(list, '*'); at; at = strchr(at + 1, '*')) {
		size_t length = strcspn(at + 1, " ");

		if (!strncmp(name, at + 1, length))
			return true;
	}
	return false;
}

static const char *advice_for(const char *name)
{
	for (size_t i = 0; i < sizeof(advice) / sizeof(advice[0]); i++)
		if (is_listed(advice[i].names, name) || begins_as_listed(advice[i].names, name))
			return advice[i].what;
	return no_advice;
}

bool gx_module_is_of_the_program(const void *address)
{
	Dl_info here;
	Dl_info there;

	return dladdr((const void *)(uintptr_t)gx_module_is_of_the_program, &here) && dladdr(address, &there) &&
	       here.dli_fbase == there.dli_fbase;
}

static bool is_of(const struct link_map *map, const void *address)
{
	Dl_info there;

	return map && dladdr(address, &there) && (uintptr_t)there.dli_fbase == map->l_addr;
}

/* AddressSanitizer's runtime stands in for libc where it is a library. */
static bool is_of_sanitizer(const void *address)
{
	Dl_info there;

	return GX_ASAN && dladdr(address, &there) && strstr(there.dli_fname, "/libasan.");
}

/* So does one that is linked in, under two names. */
static bool is_interceptor(const char *name, const void *address)
{
	char own[128];

	snprintf(own, sizeof(own), "__interceptor_%s", name);
	return dlsym(RTLD_DEFAULT, own) == address;
}

/* A thread-local variable lies in no object. */
static bool is_of_one(const struct gx_objects *objects, const void *address)
{
	Dl_info there;

	if (!dladdr(address, &there))
		return true;
	for (unsigned i = 0; i < objects->count; i++)
		if (is_of(objects->object[i].map, address))
			return true;
	return is_of(objects->loader, address) || is_of(objects->mathematics, address);
}

enum { ROWS_CXX = sizeof(advice_cxx) / sizeof(advice_cxx[0]) };

/* The row that fits; ROWS_CXX: none. */
static size_t row_cxx(const char *name)
{
	size_t i = 0;

	while (i < ROWS_CXX && !strstr(name, advice_cxx[i].part))
		i++;
	return i;
}

static const char *why_not_at(const struct gx_objects *objects, const char *name, const void *found)
{
	bool stands_in = is_of_sanitizer(found) || is_interceptor(name, found);

	if (objects->cxx && row_cxx(name) < ROWS_CXX)
		return advice_cxx[row_cxx(name)].what;
	if (!found || (gx_module_is_of_the_program(found) && !stands_in))
		return NULL;
	if (!is_of(objects->libc, found) && !stands_in)
		return is_of_one(objects, found) ? NULL : "link the gate with what it needs";
	if (is_listed(pure, name) || is_listed(variables, name))
		return NULL;
	/* Nothing but a system call: in a sealed process that is noticed when it is made. */
	if (is_listed(" close ", name) && gx_seal_is_available())
		return NULL;
	return objects->cxx && is_of_sanitizer(found)
		       ? "AddressSanitizer has its own: take a build without it for a gate in C++"
		       : advice_for(name);
}

const char *gx_module_why_not(const struct gx_objects *objects, const char *name)
{
	return why_not_at(objects, name, dlsym(RTLD_DEFAULT, name));
}

#if defined(__x86_64__)
#define IS_ADDRESS(type) ((type) == R_X86_64_JUMP_SLOT || (type) == R_X86_64_GLOB_DAT)
#else
#define IS_ADDRESS(type) ((type) == R_AARCH64_JUMP_SLOT || (type) == R_AARCH64_GLOB_DAT)
#endif

/* What it was bound to, where that is written; it may be a version of a function of which libc no longer gives the name to anybody else. */
static const void *bound(const struct link_map *map, const ElfW(Rela) * rela, const char *name)
{
	if (IS_ADDRESS(ELF64_R_TYPE(rela->r_info)))
		return *(const void *const *)(map->l_addr + rela->r_offset);
	return dlsym(RTLD_DEFAULT, name);
}

const char *gx_module_called(const struct link_map *map, const ElfW(Rela) * rela)
{
	const ElfW(Sym) *symbols = (const ElfW(Sym) *)gx_module_dynamic(map, DT_SYMTAB);
	const ElfW(Sym) *symbol = &symbols[ELF64_R_SYM(rela->r_info)];

	return symbol->st_shndx == SHN_UNDEF ? (const char *)gx_module_dynamic(map, DT_STRTAB) + symbol->st_name : "";
}

static bool table_calls(const struct link_map *map, uintptr_t table, size_t bytes, bool is(const char *name))
{
	const ElfW(Rela) *rela = (const ElfW(Rela) *)table;

	for (size_t i = 0; i < bytes / sizeof(*rela); i++)
		if (is(gx_module_called(map, &rela[i])))
			return true;
	return false;
}

#if defined(__x86_64__)
enum { TLS_DESCRIPTOR = R_X86_64_TLSDESC };
#else
enum { TLS_DESCRIPTOR = R_AARCH64_TLSDESC };
#endif

static bool table_has_descriptors(uintptr_t table, size_t bytes)
{
	const ElfW(Rela) *rela = (const ElfW(Rela) *)table;

	for (size_t i = 0; i < bytes / sizeof(*rela); i++)
		if (ELF64_R_TYPE(rela[i].r_info) == TLS_DESCRIPTOR)
			return true;
	return false;
}

bool gx_module_has_tls_descriptors(const struct link_map *map)
{
	return table_has_descriptors(gx_module_dynamic(map, DT_JMPREL), gx_module_dynamic(map, DT_PLTRELSZ)) ||
	       table_has_descriptors(gx_module_dynamic(map, DT_RELA), gx_module_dynamic(map, DT_RELASZ));
}

static bool object_calls(const struct link_map *map, bool is(const char *name))
{
	return table_calls(map, gx_module_dynamic(map, DT_JMPREL), gx_module_dynamic(map, DT_PLTRELSZ), is) ||
	       table_calls(map, gx_module_dynamic(map, DT_RELA), gx_module_dynamic(map, DT_RELASZ), is);
}

static bool is_instrumentation(const char *name)
{
	return !strncmp(name, "__tsan_", strlen("__tsan_"));
}

static bool is_attempt(const char *name)
{
	return strstr(name, "trylock") || strstr(name, "timedlock") || strstr(name, "clocklock") ||
	       strstr(name, "tryrdlock") || strstr(name, "trywrlock") || strstr(name, "timedrdlock") ||
	       strstr(name, "timedwrlock") || strstr(name, "clockrdlock") || strstr(name, "clockwrlock") ||
	       strstr(name, "sem_trywait") || strstr(name, "sem_timedwait") || strstr(name, "sem_clockwait") ||
	       strstr(name, "sem_getvalue");
}

bool gx_module_is_instrumented(const struct link_map *map)
{
	return object_calls(map, is_instrumentation);
}

void gx_module_look_at_calls(const struct gx_objects *objects, bool *instrumented, bool *tries)
{
	*instrumented = gx_module_is_instrumented(objects->object[0].map);
	*tries = false;
	for (unsigned i = 0; i < objects->count; i++)
		*tries |= object_calls(objects->object[i].map, is_attempt);
}

/* The first function that some relocation of a table binds outside of its object and that cannot be had, or NULL. */
static const char *refused_of(const struct gx_objects *objects, const struct link_map *map, uintptr_t table,
			      size_t bytes, const char **why)
{
	const ElfW(Rela) *rela = (const ElfW(Rela) *)table;

	for (size_t i = 0; i < bytes / sizeof(*rela); i++) {
		const char *name = gx_module_called(map, &rela[i]);

		if (!*name)
			continue;
		*why = why_not_at(objects, name, bound(map, &rela[i], name));
		if (*why)
			return name;
	}
	return NULL;
}

char *gx_module_demangled(const char *name)
{
	char *(*demangle)(const char *, char *, size_t *, int *);

	*(void **)&demangle = !strncmp(name, "_Z", 2) ? dlsym(RTLD_DEFAULT, "__cxa_demangle") : NULL;
	return demangle ? demangle(name, NULL, NULL, &(int){0}) : NULL;
}

/* A name as it stands in the source: those of C++ are mangled. */
static enum gx_status refuse_call(bool cxx, const char *path, const char *library, const char *name, const char *why,
				  struct gx_error *err)
{
	char *calls = gx_module_note(path, GX_ASSEMBLY_CALLS);
	char where[96] = "";
	const char *written = cxx && row_cxx(name) < ROWS_CXX ? advice_cxx[row_cxx(name)].written : NULL;
	char *readable = gx_module_demangled(name);
	enum gx_status rc;

	written = written ? written : readable;
	if (calls && !library)
		gx_module_say_caller(calls, name, where, sizeof(where));
	free(calls);
	rc = gx_module_refuse(err, "%s: %s%.200s%s%s %.120s%s%s, which gatecrash does not model; %s", path,
			      library ? "needs " : "", library ? library : "", library ? ", which " : "",
			      written ? "uses" : "calls", written ? written : name, written ? "" : "()", where, why);
	free(readable);
	return rc;
}

enum gx_status gx_module_check_calls(const struct gx_objects *objects, const char *path, struct gx_error *err)
{
	for (unsigned i = 0; i < objects->count; i++) {
		const struct link_map *map = objects->object[i].map;
		const char *why = NULL;
		const char *name;

		if (objects->object[i].is_language)
			continue;
		name = refused_of(objects, map, gx_module_dynamic(map, DT_JMPREL), gx_module_dynamic(map, DT_PLTRELSZ),
				  &why);
		if (!name)
			name = refused_of(objects, map, gx_module_dynamic(map, DT_RELA),
					  gx_module_dynamic(map, DT_RELASZ), &why);
		if (name)
			return refuse_call(objects->cxx, path, i ? gx_module_soname(map) : NULL, name, why, err);
	}
	return GX_OK;
}
