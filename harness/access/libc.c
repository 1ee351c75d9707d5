#include "access/libc.h"

#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

#include "access/internal.h"

static const struct gx_access_row *const tables[] = {gx_access_strings, gx_access_formats, gx_access_arguments,
						     gx_access_cxx};

/* A stand-in that calls what it stands in for knows it before it is called: in a task nobody looks for names. */
void *gx_access_libc(const char *name)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct gx_access_row *row = tables[i]; row->name; row++)
			if (!strcmp(row->name, name)) {
				if (row->real && !*row->real)
					*row->real = dlsym(RTLD_DEFAULT, name);
				return row->real && !*row->real ? NULL : (void *)(uintptr_t)row->function;
			}
	return NULL;
}

/* By the whole name, or, behind a *, by its beginning. What is modelled and takes an object of its kind says itself what it does to it. */
static const char untouching[] =
	/* numbers and characters */
	" abs labs llabs imaxabs div ldiv lldiv imaxdiv ffs ffsl ffsll htonl htons ntohl ntohs difftime *is *to tolower toupper "
	"*__ctype_ a64l "
	/* ends, and what compilers call */
	" abort exit _exit _Exit quick_exit __assert_fail __assert_perror_fail __stack_chk_fail __chk_fail __fortify_fail *__cxa_ *_Unwind_ "
	"__gxx_personality_v0 __gcc_personality_v0 *_ITM_ __gmon_start__ __tls_get_addr __errno_location __dynamic_cast raise "
	/* locks, threads, waits: objects of kinds that are modelled */
	" *pthread_mutex_ *pthread_cond_ *pthread_rwlock_ *pthread_spin_ *pthread_barrier_ *sem_ *mtx_ *cnd_ *thrd_ *tss_ *__pthread_ "
	"call_once pthread_once pthread_self pthread_equal pthread_exit pthread_cancel pthread_detach pthread_testcancel "
	"pthread_getspecific pthread_setspecific pthread_key_delete pthread_kill sched_yield sleep usleep syscall "
	/* memory by the block, and numbers */
	" malloc calloc realloc reallocarray free memalign aligned_alloc valloc pvalloc malloc_usable_size rand random srand srandom "
	"drand48 lrand48 mrand48 srand48 arc4random arc4random_uniform getpid getppid gettid getuid geteuid getgid getegid sysconf "
	"get_nprocs get_nprocs_conf getpagesize isatty fflush fflush_unlocked putchar putc fputc putchar_unlocked putc_unlocked "
	"fputc_unlocked setlinebuf flockfile funlockfile bsearch tdelete "
	/* the harness: what it reads of a request's or a workspace's nobody writes */
	" *gx_ *__tsan_ "
	/* C++: memory, exceptions that are thrown, ends, locks */
	" *_Zn *_Zd _ZSt9terminatev "
	"_ZNSt8ios_base4InitC1Ev _ZNSt8ios_base4InitD1Ev _ZNSt18condition_variableC1Ev _ZNSt18condition_variableD1Ev "
	"_ZNSt18condition_variable10notify_oneEv _ZNSt18condition_variable10notify_allEv _ZNSt6chrono3_V212steady_clock3nowEv "
	"_ZNSt6chrono3_V212system_clock3nowEv _ZNSt6thread20hardware_concurrencyEv _ZNSt6thread6_StateD2Ev _ZNSt6thread6_StateD1Ev "
	"*_ZSt18uncaught_exception *_ZSt17current_exception *_ZSt17rethrow_exception *_ZNSt15__exception_ptr13exception_ptr "
	"*_ZNKSt15__exception_ptr13exception_ptr *_ZNSt3_V2 *_ZSt14get_terminate __once_proxy *_ZSt21__glibcxx_assert_fail *_ZNSaI "
	/* an exception's message is its own, and counted */
	"*_ZNKSt9exception4what *_ZNKSt13runtime_error4what *_ZNKSt11logic_error4what *_ZNSt9exceptionD *_ZNSt13runtime_errorD "
	"*_ZNSt11logic_errorD *_ZNSt13runtime_errorC1ERKS_ *_ZNSt11logic_errorC1ERKS_ *_ZNSt13runtime_errorC2ERKS_ *_ZNSt11logic_errorC2ERKS_ "
	"*_ZNSt16invalid_argumentD *_ZNSt12out_of_rangeD *_ZNSt12length_errorD *_ZNSt12domain_errorD *_ZNSt11range_errorD "
	"*_ZNSt14overflow_errorD *_ZNSt15underflow_errorD *_ZNSt12system_errorD *_ZNSt9bad_allocD *_ZNKSt9bad_alloc4what ";

static bool is_listed(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strchr(list, ' '); at && at[1]; at = strchr(at + 1, ' ')) {
		bool begins = at[1] == '*';
		const char *word = at + 1 + begins;
		size_t size = strcspn(word, " ");

		if (size && (begins ? size <= length : size == length) && !memcmp(word, name, size))
			return true;
	}
	return false;
}

bool gx_access_touches_nothing(const char *name)
{
	return is_listed(untouching, name) || (!strncmp(name, "_ZSt", 4) && strstr(name, "__throw_"));
}
