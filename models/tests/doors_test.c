/*
 * Every door: what a gate can ask of libc, of the C++ library and of libraries of its own, and what it leaves outside of its executions.
 * Each is modelled, or refused in one line, or cannot be told from what is pure: never "not deterministic", never the harness's end.
 *
 *     a row's code ─► gcc or g++ ─► gx_plugin_load() ─► complete search of double-click ─► the rules that it breaks, and their replay
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/crash.h"
#include "core/internal.h"
#include "core/sanitizer.h"
#include "explore/explore.h"
#include "explore/replay.h"
#include "module/internal.h"
#include "module/plugin.h"
#include "posix/output.h"
#include "scenario/file.h"
#include "scenario/find.h"
#include "trial/trial.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- gates ---- */

struct gate {
	const char *name;
	const char *before; /* of the handle function, which holds a lock around `body` and the legs */
	const char *body;
	const char *rules; /* that it breaks in double-click; NULL: it is not searched */
};

static const char c_prologue[] =
	"#include <errno.h>\n#include <gatecrash/gate.h>\n#include <pthread.h>\n#include <poll.h>\n#include <malloc.h>\n"
	"#include <regex.h>\n#include <search.h>\n#include <setjmp.h>\n#include <signal.h>\n#include <stdio.h>\n"
	"#include <stdbool.h>\n#include <stdlib.h>\n#include <string.h>\n#include <sys/select.h>\n#include <sys/uio.h>\n"
	"#include <threads.h>\n#include <time.h>\n#include <unistd.h>\n#include <wchar.h>\n"
	"#define MUST(fact) do { if (!(fact)) abort(); } while (0)\n"
	"static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;\n";
static const char c_epilogue[] =
	"\tif (gx_stop(r) == GX_LEG_DONE)\n\t\tgx_start(r);\n\tif (held)\n\t\tpthread_mutex_unlock(&m);\n\treturn GX_RAN;\n}\n"
	"static char state;\nstatic void *open_(void) { return &state; }\nstatic void close_(void *g) { (void)g; }\n"
	"static const struct gx_gate table = {GX_GATE_ABI, \"probe\", \"A gate of the tests.\", open_, close_, handle};\n"
	"const struct gx_gate *gx_gate_plugin(void) { return &table; }\n";
static const char c_handle[] =
	"static enum gx_outcome handle(void *g, const struct gx_request *r)\n{\n\tint held = 1;\n\tpthread_mutex_lock(&m);\n";

#define COMPARE "static int order(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }\n"

static const struct gate c_gates[] = {
	/* Goes ahead without the lock after two seconds, by C11's clock. */
	{"deadline", "",
	 "pthread_mutex_unlock(&m); struct timespec t; MUST(timespec_get(&t, TIME_UTC) == TIME_UTC); t.tv_sec += 2;\n"
	 "held = !pthread_mutex_timedlock(&m, &t);\n",
	 "overlapping-cycles"},
	{"clocks", "",
	 "struct timespec t, u; timespec_get(&t, TIME_UTC); clock_gettime(CLOCK_REALTIME, &u);\n"
	 "MUST(t.tv_sec == u.tv_sec && t.tv_nsec == u.tv_nsec && timespec_get(&t, 77) == 0);\n",
	 ""},
	{"sleeps", "",
	 "struct timespec a, b, t = {.tv_nsec = 1000}; struct timeval v = {.tv_usec = 1}; clock_gettime(CLOCK_MONOTONIC, &a);\n"
	 "thrd_sleep(&t, NULL); MUST(!poll(NULL, 0, 1)); MUST(!ppoll(NULL, 0, &t, NULL)); MUST(!select(0, NULL, NULL, NULL, &v));\n"
	 "MUST(!pselect(0, NULL, NULL, NULL, &t, NULL)); clock_gettime(CLOCK_MONOTONIC, &b);\n"
	 "MUST((b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec >= 1004000);\n"
	 "struct pollfd f = {.fd = 0}; MUST(poll(&f, 1, 1) == -1 && errno == EBADF);\n",
	 ""},
	{"c11",
	 "static mtx_t q; static cnd_t c; static once_flag f = ONCE_FLAG_INIT; static tss_t k; static int there;\n"
	 "static void make(void) { MUST(mtx_init(&q, mtx_timed | mtx_recursive) == thrd_success && cnd_init(&c) == thrd_success); }\n"
	 "static int run(void *a) { mtx_lock(&q); there = 1; cnd_signal(&c); mtx_unlock(&q); MUST(tss_set(k, a) == thrd_success); if (a) thrd_exit(7); return 6; }\n",
	 "call_once(&f, make); thrd_t t; int v; there = 0; struct timespec w; MUST(tss_create(&k, free) == thrd_success);\n"
	 "MUST(thrd_create(&t, run, malloc(3)) == thrd_success); mtx_lock(&q); mtx_lock(&q); mtx_unlock(&q); while (!there) cnd_wait(&c, &q);\n"
	 "timespec_get(&w, TIME_UTC); MUST(cnd_timedwait(&c, &q, &w) != thrd_error); MUST(mtx_trylock(&q) == thrd_success); mtx_unlock(&q); mtx_unlock(&q);\n"
	 "MUST(thrd_join(t, &v) == thrd_success && v == 7 && !tss_get(k)); tss_delete(k);\n",
	 ""},
	{"rwlocks",
	 "static pthread_rwlock_t q = PTHREAD_RWLOCK_INITIALIZER; static pthread_spinlock_t s; static pthread_barrier_t b;\n"
	 "static void *run(void *a) { pthread_rwlock_rdlock(&q); pthread_rwlock_unlock(&q); pthread_spin_lock(&s); pthread_spin_unlock(&s); pthread_barrier_wait(&b); return a; }\n",
	 "pthread_t t; pthread_spin_init(&s, 0); pthread_barrier_init(&b, NULL, 2); MUST(!pthread_rwlock_wrlock(&q)); MUST(pthread_rwlock_tryrdlock(&q));\n"
	 "pthread_rwlock_unlock(&q); pthread_create(&t, NULL, run, NULL); pthread_barrier_wait(&b); pthread_join(t, NULL); pthread_barrier_destroy(&b); pthread_spin_destroy(&s);\n",
	 ""},
	{"locals",
	 "static _Thread_local int depth = 3; static _Thread_local char *names[9]; static void *run(void *a) { MUST(depth == 3 && !names[8]); depth = 9; return a; }\n",
	 "pthread_t t; MUST(depth == 3); depth++; names[8] = \"x\"; pthread_create(&t, NULL, run, NULL); pthread_join(t, NULL); MUST(depth == 4 && names[8]);\n",
	 ""},
	{"numbers", "#include <sys/random.h>\nstatic int calls; static unsigned first;\n",
	 "unsigned a, b; MUST(getrandom(&a, sizeof(a), 0) == sizeof(a)); MUST(!getentropy(&b, sizeof(b))); MUST(a != b);\n"
	 "MUST(calls++ || !first); first = a;\n",
	 ""},
	{"cancels", "static void *run(void *a) { for (;;) pthread_testcancel(); return a; }\n",
	 "pthread_t t; void *v; pthread_create(&t, NULL, run, NULL); pthread_cancel(t); pthread_join(t, &v); MUST(v == PTHREAD_CANCELED);\n",
	 ""},
	/* Two locks in both orders: by one task; before and behind a thread that it makes and joins; under a third. Then by two that a semaphore keeps apart. */
	{"orders-in-order",
	 "struct two { pthread_mutex_t a, b, all; }; static void both(pthread_mutex_t *x, pthread_mutex_t *y) { pthread_mutex_lock(x); pthread_mutex_lock(y); pthread_mutex_unlock(y); pthread_mutex_unlock(x); }\n"
	 "static void *run(void *p) { struct two *t = p; both(&t->a, &t->b); return p; }\n",
	 "struct two t; pthread_t h; pthread_mutex_init(&t.a, NULL); pthread_mutex_init(&t.b, NULL); both(&t.a, &t.b); both(&t.b, &t.a);\n"
	 "pthread_create(&h, NULL, run, &t); pthread_join(h, NULL); both(&t.b, &t.a);\n",
	 ""},
	{"orders-under-one",
	 "static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER; static void both(pthread_mutex_t *x, pthread_mutex_t *y) { pthread_mutex_lock(x); pthread_mutex_lock(y); pthread_mutex_unlock(y); pthread_mutex_unlock(x); }\n",
	 "if (r->id == 1) both(&a, &b); else both(&b, &a);\n", ""},
	{"orders-of-readers",
	 "static pthread_rwlock_t a = PTHREAD_RWLOCK_INITIALIZER, b = PTHREAD_RWLOCK_INITIALIZER; static void both(pthread_rwlock_t *x, pthread_rwlock_t *y) { pthread_rwlock_rdlock(x); pthread_rwlock_rdlock(y); pthread_rwlock_unlock(y); pthread_rwlock_unlock(x); }\n",
	 "pthread_mutex_unlock(&m); if (r->id == 1) both(&a, &b); else both(&b, &a); pthread_mutex_lock(&m);\n", ""},
	{"orders-tried",
	 "static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER; static void both(pthread_mutex_t *x, pthread_mutex_t *y) { pthread_mutex_lock(x); if (!pthread_mutex_trylock(y)) pthread_mutex_unlock(y); pthread_mutex_unlock(x); }\n",
	 "pthread_mutex_unlock(&m); if (r->id == 1) both(&a, &b); else both(&b, &a); pthread_mutex_lock(&m);\n", ""},
	{"orders-that-never-meet",
	 "#include <semaphore.h>\nstatic sem_t one; static pthread_once_t o; static void make(void) { sem_init(&one, 0, 1); }\n"
	 "static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER; static void both(pthread_mutex_t *x, pthread_mutex_t *y) { pthread_mutex_lock(x); pthread_mutex_lock(y); pthread_mutex_unlock(y); pthread_mutex_unlock(x); }\n",
	 "pthread_mutex_unlock(&m); pthread_once(&o, make); sem_wait(&one); if (r->id == 1) both(&a, &b); else both(&b, &a); sem_post(&one); pthread_mutex_lock(&m);\n",
	 "lock-order"},
	/* A thread that another one has made takes them the other way round, and its maker goes on at once. */
	{"orders-beside-ones-own",
	 "#include <semaphore.h>\nstruct two { pthread_mutex_t a, b; sem_t one; }; static void both(struct two *t, pthread_mutex_t *x, pthread_mutex_t *y) { sem_wait(&t->one); pthread_mutex_lock(x); pthread_mutex_lock(y); pthread_mutex_unlock(y); pthread_mutex_unlock(x); sem_post(&t->one); }\n"
	 "static void *run(void *p) { struct two *t = p; both(t, &t->a, &t->b); return p; }\n",
	 "struct two t; pthread_t h; pthread_mutex_init(&t.a, NULL); pthread_mutex_init(&t.b, NULL); sem_init(&t.one, 0, 1); pthread_create(&h, NULL, run, &t); both(&t, &t.b, &t.a); pthread_join(h, NULL);\n",
	 "lock-order"},
	{"named", "#include <fcntl.h>\n#include <semaphore.h>\n",
	 "sem_t *s = sem_open(\"/gate\", O_CREAT, 0600, 1); MUST(s != SEM_FAILED); sem_wait(s); sem_post(s); MUST(sem_open(\"/gate\", 0) == s); sem_close(s); sem_close(s);\n"
	 "MUST(!sem_unlink(\"/gate\") && sem_open(\"/gate\", 0) == SEM_FAILED && errno == ENOENT);\n",
	 ""},
	/* A recursive lock by hand, whose owner is a thread by its number. */
	{"owner", "static pthread_cond_t c = PTHREAD_COND_INITIALIZER; static int owner, depth;\n",
	 "while (depth && owner != gettid()) pthread_cond_wait(&c, &m);\n"
	 "MUST(getpid() > 1 && getppid() > 0 && gettid() > getpid()); owner = gettid(); depth++; pthread_mutex_unlock(&m);\n"
	 "gx_stop(r); gx_start(r); pthread_mutex_lock(&m); if (!--depth) pthread_cond_signal(&c); pthread_mutex_unlock(&m);\n"
	 "return GX_RAN;\n",
	 ""},
	{"dates", "",
	 "time_t t = time(NULL); struct tm x; char b[64]; gmtime_r(&t, &x); strftime(b, sizeof(b), \"%F %T %Z\", &x); gx_note(b);\n"
	 "localtime_r(&t, &x); MUST(mktime(&x) == t); MUST(localtime(&t)->tm_year == 126 && gmtime(&t)->tm_year == 126);\n"
	 "gx_note(asctime(&x)); gx_note(ctime(&t)); MUST(strptime(\"12:30\", \"%H:%M\", &x)); MUST(timegm(&x));\n",
	 ""},
	/* What libc keeps between calls begins anew with each execution: these are the first numbers of a process. */
	{"keeps", "static int calls;\n",
	 "int first = !calls++; char b[] = \"a,b,c\"; int n = 0;\n"
	 "if (first) { MUST(rand() == 1804289383); MUST(random() == 846930886); MUST(lrand48() == 0); MUST(mrand48()); }\n"
	 "else { srand(r->id); srandom(r->id); srand48(r->id); MUST(drand48() < 1); }\n"
	 "for (char *p = strtok(b, \",\"); p; p = strtok(NULL, \",\")) n++; MUST(n == 3);\n"
	 "gx_note(strerror(ENOENT)); gx_note(strerror(7777)); gx_note(strsignal(SIGSEGV)); gx_note(strsignal(99));\n",
	 ""},
	{"pure", COMPARE,
	 "int *v = malloc(40000); for (int i = 0; i < 10000; i++) v[i] = i * 7919 % 10007; qsort(v, 10000, 4, order);\n"
	 "MUST(bsearch(&v[5], v, 10000, 4, order)); free(v); regex_t e; MUST(!regcomp(&e, \"^a.*[b-d]+$\", REG_EXTENDED));\n"
	 "MUST(!regexec(&e, \"axxxb\", 0, NULL, 0)); regfree(&e); static void *root; tsearch(&state_, &root, order);\n"
	 "tdelete(&state_, &root, order); char *p; MUST(asprintf(&p, \"%2000d %Lf %m\", 1, 1e30L) > 2000); free(p);\n"
	 "wchar_t w[64]; mbstowcs(w, \"abc\", 64); swprintf(w, 64, L\"%d %ls\", 3, L\"x\"); char t[9]; double d; int i;\n"
	 "MUST(sscanf(\"12 1.5 ab\", \"%d %lf %s\", &i, &d, t) == 3); MUST(strtod(\"1.25e10\", NULL) > 1e9); getenv(\"HOME\");\n"
	 "struct hsearch_data h = {0}; hcreate_r(10, &h); ENTRY x = {\"k\", NULL}, *o; hsearch_r(x, ENTER, &o, &h); hdestroy_r(&h);\n"
	 "static jmp_buf j; if (!setjmp(j)) longjmp(j, 1); raise(0); raise(SIGCHLD);\n"
	 "MUST(sysconf(_SC_NPROCESSORS_ONLN) == 4);\n",
	 ""},
	{"allocates", "",
	 "void *p = valloc(10); MUST(!((long)p & 4095)); MUST(malloc_usable_size(p) >= 10); free(p); p = pvalloc(1);\n"
	 "MUST(malloc_usable_size(p) >= 4096); free(p); p = reallocarray(NULL, 3, 5); p = reallocarray(p, 300, 5);\n"
	 "MUST(!reallocarray(p, 1ul << 62, 5)); free(p); MUST(malloc_usable_size(NULL) == 0);\n",
	 ""},
	{"prints", "",
	 "printf(\"one %d\\n\", 1); puts(\"two\"); fputs(\"three\", stdout); fprintf(stderr, \"four\\n\"); fwrite(\"five\", 1, 4, stderr);\n"
	 "MUST(write(1, \"six\\n\", 4) == 4); struct iovec v = {\"seven\", 5}; MUST(writev(2, &v, 1) == 5); dprintf(2, \"eight\");\n"
	 "errno = ENOENT; perror(\"nine\"); putchar('x'); putc('y', stderr); puts(\"\\303\\251 \\377\\033[31m \\302\\233\"); fflush(stdout); setvbuf(stdout, NULL, _IOLBF, 0);\n"
	 "fflush(NULL); MUST(write(5, \"\", 1) == -1 && errno == EBADF); MUST(!isatty(1));\n",
	 ""},
	/* What a constructor allocated, and a variable of a constructor's: the first request after open() is the only one without the lock. */
	{"cold",
	 "static struct { bool warm; } *t; __attribute__((constructor)) static void init(void) { t = calloc(1, sizeof(*t)); }\n",
	 "held = !(!t->warm && r->id == 2); t->warm = true; if (!held) pthread_mutex_unlock(&m);\n",
	 "overlapping-cycles"},
	/* A task may free and move what a constructor allocated. */
	{"moves",
	 "static char *a, *b; static size_t n = 1;\n"
	 "__attribute__((constructor)) static void init(void) { char *x = malloc(100); a = strdup(\"text\"); b = malloc(100); free(x); }\n",
	 "MUST(a && !strcmp(a, \"text\")); n += 40; b = realloc(b, n); memset(b, 1, n); free(a); a = strdup(\"text\");\n",
	 ""},
	/* Time begins before all executions for what a constructor has seen of it. */
	{"started",
	 "static struct timespec t; __attribute__((constructor)) static void init(void) { clock_gettime(CLOCK_REALTIME, &t);\n"
	 "usleep(1000); puts(\"loaded\"); }\n",
	 "struct timespec now; usleep(2000000); clock_gettime(CLOCK_REALTIME, &now);\n"
	 "MUST(t.tv_sec == 1767225600 && now.tv_sec >= t.tv_sec + 2);\n",
	 ""},
	/* Functions that are to run at the end of the process do not find the memory that they know. */
	{"at-exit",
	 "static int **known; static void bye(void) { **known = 1; }\n"
	 "__attribute__((destructor)) static void end(void) { if (getenv(\"DOORS_END\")) *(volatile int *)0 = 1; }\n"
	 "__attribute__((constructor)) static void init(void) { atexit(bye); }\n",
	 "atexit(bye); if (!known) { known = malloc(8); *known = malloc(4); }\n", ""},
	{"exec", "", "if (r->id == 2) execl(\"/bin/true\", \"true\", NULL);\n", "crash"},
	{"exec-env", "", "if (r->id == 2) execve(\"/bin/true\", (char *[]){\"true\", NULL}, NULL);\n", "crash"},
	{"exit", "", "if (r->id == 2) _Exit(0);\n", "crash"},
	{"own-alarm", "", "if (r->id == 2) raise(SIGALRM);\n", "crash"},
	{"own-timer", "", "if (r->id == 2) for (int i = 0; i < 100; i++) raise(SIGVTALRM);\n", "crash"},
	{"counts", "static volatile unsigned long n;\n",
	 "if (r->id == 2) for (;;) { n++; gx_note(n & 1 ? \"odd\" : \"even\"); puts(\"x\"); }\n", NULL},
	/* Handlers of a thread that leaves by pthread_exit(), and of one that returns: the last first. */
	{"leaves",
	 "static int n; static void bye(void *a) { n = n * 10 + (int)(long)a; usleep(1); }\n"
	 "static void *inner(void *a) { pthread_cleanup_push(bye, (void *)3); if (a) pthread_exit(a); pthread_cleanup_pop(1); return 0; }\n"
	 "static void *run(void *a) { pthread_cleanup_push(bye, (void *)1); pthread_cleanup_push(bye, (void *)2); inner(a);\n"
	 " pthread_cleanup_pop(0); pthread_cleanup_pop(1); return 0; }\n",
	 "pthread_t t; void *v; n = 0; pthread_create(&t, NULL, run, &t); pthread_join(t, &v); MUST(v == &t && n == 321);\n"
	 "n = 0; pthread_create(&t, NULL, run, NULL); pthread_join(t, NULL); MUST(n == 31);\n",
	 ""},
	{"joins", "static void *run(void *a) { usleep(10); return a; }\n",
	 "pthread_t t; void *v; struct timespec w; pthread_create(&t, NULL, run, &t);\n"
	 "while (pthread_tryjoin_np(t, &v) == EBUSY) sched_yield(); MUST(v == &t);\n"
	 "if (r->id == 2) { clock_gettime(CLOCK_REALTIME, &w); w.tv_sec += 5; pthread_create(&t, NULL, run, &w);\n"
	 "int rc = pthread_timedjoin_np(t, &v, &w); MUST(!rc || rc == ETIMEDOUT); if (rc) pthread_clockjoin_np(t, &v, CLOCK_MONOTONIC, NULL);\n"
	 "MUST(v == &w); }\n",
	 ""},
	{"names", "",
	 "char b[16]; int o; pthread_getname_np(pthread_self(), b, 16); MUST(*b); MUST(!pthread_setname_np(pthread_self(), \"abc\"));\n"
	 "MUST(!pthread_getname_np(pthread_self(), b, 16) && !strcmp(b, \"abc\")); MUST(pthread_getname_np(pthread_self(), b, 3) == ERANGE);\n"
	 "MUST(pthread_setname_np(pthread_self(), \"sixteen letters!\") == ERANGE); pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &o);\n"
	 "pthread_testcancel(); pthread_setcancelstate(o, NULL);\n",
	 ""},
	{"bare-wait",
	 "static pthread_cond_t c = PTHREAD_COND_INITIALIZER; static pthread_mutex_t n = PTHREAD_MUTEX_INITIALIZER;\n",
	 "if (r->id == 2) while (calloc(1, 1)) pthread_cond_wait(&c, &n);\n", "misuse"},
	{"scribbled", "",
	 "static pthread_mutex_t n; memset(&n, 0x5a, sizeof(n)); if (r->id == 2) pthread_mutex_lock(&n);\n", "misuse"},
	{"made-while-held", "", "if (r->id == 2) pthread_mutex_init(&m, NULL);\n", "misuse"},
#if defined(__x86_64__)
	{"downwards", "", "__asm__ volatile(\"std\");\n", ""},
#endif
	{"nested", "",
	 "int k = r->id; int by(const void *a, const void *b) { return k - *(int *)a; } int v[2] = {1, 2}; qsort(v, 2, 4, by);\n",
	 NULL},
	{"maps", "#include <sys/mman.h>\n", "mmap(NULL, 4096, PROT_READ, MAP_ANONYMOUS, -1, 0);\n", NULL},
	{"pipes", "", "int p[2]; pipe(p);\n", NULL},
	{"environment", "", "setenv(\"A\", \"1\", 1);\n", NULL},
	{"thread-at-load",
	 "static void *run(void *a) { return a; } __attribute__((constructor)) static void init(void) {"
	 " pthread_t t; pthread_create(&t, NULL, run, NULL); }\n",
	 "", NULL},
	{"much-at-load", "void *p; __attribute__((constructor)) static void init(void) { p = malloc(10 << 20); }\n", "",
	 NULL},
	{"forks", "", "fork();\n", NULL},
	{"not-linked", "void *json_object(void);\n", "json_object();\n", NULL},
	{"of-a-library", "int library_cold(void);\n",
	 "held = !(library_cold() && r->id == 2); if (!held) pthread_mutex_unlock(&m);\n", "overlapping-cycles"},
	{"of-a-bad-library", "int library_forks(void);\n", "library_forks();\n", NULL},
};

static const char cxx_prologue[] =
	"#include <gatecrash/gate.h>\n#include <mutex>\n#include <cstdlib>\n#include <unistd.h>\n"
	"#define MUST(fact) do { if (!(fact)) abort(); } while (0)\nstatic std::mutex m;\n";
static const char cxx_handle[] =
	"static gx_outcome handle(void *, const gx_request *r)\n{\n\tstd::unique_lock<std::mutex> lock(m);\n";
static const char cxx_epilogue[] =
	"\tif (gx_stop(r) == GX_LEG_DONE)\n\t\tgx_start(r);\n\treturn GX_RAN;\n}\n"
	"static char state;\nstatic void *open_() { return &state; }\nstatic void close_(void *) {}\n"
	"static const gx_gate table = {GX_GATE_ABI, \"probe\", \"A gate of the tests.\", open_, close_, handle};\n"
	"extern \"C\" const gx_gate *gx_gate_plugin() { return &table; }\n";

static const struct gate cxx_gates[] = {
	/* Statics with constructors, destructors that would find nothing, containers that grow what was made at load. */
	{"cxx-statics",
	 "#include <condition_variable>\n#include <functional>\n#include <iostream>\n#include <map>\n#include <memory>\n"
	 "#include <string>\n#include <unordered_map>\n#include <vector>\n"
	 "struct entry { bool busy = false; std::condition_variable c; };\n"
	 "static std::unordered_map<std::string, entry> table_of(16); static std::vector<int> count(8);\n"
	 "static std::string text = \"long enough to lie on the heap, at any rate\"; static std::map<std::string, int> map = {{\"a\", 1}};\n"
	 "static auto shared = std::make_shared<std::string>(\"also long enough to lie on the heap\");\n"
	 "static std::function<void(int)> function = [](int i) { MUST(i); };\n"
	 "struct leaver { int *p = new int(3); ~leaver() { *(volatile int *)0x567000000010 = *p; delete p; } }; static leaver leaves;\n",
	 "entry &e = table_of[r->workspace]; while (e.busy) e.c.wait(lock); e.busy = true; count[r->id & 7]++; text += 'x';\n"
	 "map[r->workspace]++; function(1); std::shared_ptr<std::string> q = shared; MUST(q->size() && *leaves.p == 3);\n"
	 "static std::vector<std::string> seen(3, \"each of them is long enough for the heap, too\"); seen.push_back(text);\n"
	 "std::cout << \"hello \" << r->id << ' ' << 1.5 << std::endl; std::cerr << \"and \" << std::hex << 255 << '\\n';\n"
	 "lock.unlock(); gx_stop(r); gx_start(r); lock.lock(); e.busy = false; e.c.notify_one(); return GX_RAN;\n",
	 ""},
	/* Several tasks are in the middle of a first use, of a call_once, of an exception, at a time. */
	{"cxx-between",
	 "#include <stdexcept>\n#include <string>\n#include <thread>\nstatic int made; struct slow { int x; slow() { MUST(!made++); usleep(10); x = 7; } }; static slow &get() { static slow s; return s; }\n"
	 "static std::once_flag flag; static unsigned once; static void fails(unsigned i) { throw std::runtime_error(std::to_string(i)); }\n",
	 "lock.unlock(); MUST(get().x == 7); unsigned id = r->id; auto me = std::this_thread::get_id();\n"
	 "std::call_once(flag, [id, me] { MUST(me == std::this_thread::get_id()); once = id; }); MUST(once);\n"
	 "try { fails(id); } catch (const std::exception &e) { usleep(10); MUST(std::stoul(e.what()) == id);\n"
	 "try { throw 1; } catch (int i) { MUST(i == 1 && !std::uncaught_exceptions()); } }\n"
	 "MUST(std::this_thread::get_id() != std::thread::id()); lock.lock();\n",
	 ""},
	{"cxx-uncaught", "", "if (r->id == 2) throw 1;\n", "crash"},
	{"cxx-asks-time", "#include <chrono>\nstatic auto start = std::chrono::system_clock::now();\n",
	 "MUST(std::chrono::system_clock::to_time_t(start) == 1767225600);\n", ""},
	{"cxx-once-throws", "#include <stdexcept>\nstatic std::once_flag f; static int n;\n",
	 "lock.unlock(); for (int i = 0; i < 3; i++) try { std::call_once(f, [] { usleep(1); if (!n++) throw 1; }); } catch (int) {}\n"
	 "MUST(n == 2); lock.lock();\n",
	 ""},
	/* Destructors of the frames that pthread_exit() leaves, and C's handlers between them. */
	{"cxx-leaves",
	 "#include <pthread.h>\n#include <string>\nstatic void *run(void *a) { std::lock_guard<std::mutex> g(*(std::mutex *)a);\n"
	 "std::string s = \"long enough to lie on the heap, anyway\"; pthread_cleanup_push([](void *) { usleep(1); }, 0); pthread_exit(a);\n"
	 "pthread_cleanup_pop(0); }\n",
	 "std::mutex q; pthread_t t; void *v; pthread_create(&t, 0, run, &q); pthread_join(t, &v); MUST(v == &q && q.try_lock()); q.unlock();\n",
	 ""},
	{"cxx-streams", "#include <sstream>\n",
	 "std::ostringstream o; o << r->id << 1.5; std::istringstream i(o.str()); double d; i >> d; MUST(d > 1);\n",
	 ""},
	{"cxx-any", "#include <condition_variable>\n",
	 "static std::condition_variable_any c; c.notify_all(); c.wait(lock, [] { return true; });\n", ""},
	{"cxx-shared", "#include <shared_mutex>\n",
	 "static std::shared_mutex s; static std::shared_timed_mutex u; lock.unlock(); { std::shared_lock<std::shared_mutex> l(s); }\n"
	 "{ std::unique_lock<std::shared_timed_mutex> l(u); } lock.lock();\n",
	 ""},
	{"cxx-async", "#include <future>\n", "MUST(std::async(std::launch::async, [] { return 1; }).get() == 1);\n",
	 ""},
	{"cxx-task", "#include <future>\n",
	 "std::packaged_task<int()> t([] { return 1; }); auto f = t.get_future(); t(); MUST(f.get() == 1);\n", ""},
	/* Constructed for each thread that asks, and destroyed with it. */
	{"cxx-local",
	 "#include <string>\n#include <thread>\nstatic int alive; struct counted { std::string s = \"long enough to lie on the heap, too\"; counted() { alive++; } ~counted() { alive--; } };\n"
	 "static thread_local counted mine; static thread_local int depth = 7;\n",
	 "MUST(depth++ == 7); std::thread t([] { MUST(depth == 7); mine.s += 'a'; MUST(alive == 1); }); t.join(); MUST(alive == 0);\n",
	 ""},
	{"cxx-future", "#include <future>\n",
	 "std::promise<int> p; auto f = p.get_future(); std::thread t([&p] { p.set_value(1); }); MUST(f.get() == 1); t.join();\n",
	 ""},
	{"cxx-pool", "#include <memory_resource>\n",
	 "static std::pmr::synchronized_pool_resource p; p.deallocate(p.allocate(8), 8);\n", NULL},
	{"cxx-latch",
	 "#include <latch>\n#include <barrier>\n#include <semaphore>\n#include <thread>\n#include <atomic>\n",
	 "std::latch l(2); std::counting_semaphore<4> s(0); std::atomic<int> a{0}; std::jthread t([&] { l.count_down(); s.release(); a = 1; a.notify_one(); });\n"
	 "l.arrive_and_wait(); s.acquire(); a.wait(0); MUST(a == 1);\n",
	 ""},
};

/* ---- building ---- */

static char folder[512];
static bool has_cxx;

static const char *path_of(const char *name)
{
	static char path[sizeof(folder) + 64];

	snprintf(path, sizeof(path), "%s/%s.so", folder, name);
	return path;
}

static void write_file(const char *name, const char *suffix, const char *const *parts)
{
	char path[sizeof(folder) + 64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.%s", folder, name, suffix);
	file = fopen(path, "w");
	assert_non_null(file);
	for (; *parts; parts++)
		fputs(*parts, file);
	fclose(file);
}

static void run_command(const char *format, ...) GX_PRINTF(1, 2);
static void run_command(const char *format, ...)
{
	char command[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static void build(const char *compiler, const char *suffix)
{
	run_command(
		"cd '%s' && ls | grep '[.]%s$' | sed 's/[.].*//' | xargs -P 2 -I NAME %s -w -O1 -shared -fPIC -D_GNU_SOURCE "
		"-I\"$OLDPWD\"/harness/include -o NAME.so NAME.%s -L. $LIBRARY '-Wl,-rpath,$ORIGIN'",
		folder, suffix, compiler, suffix);
}

static void build_libraries(void)
{
	static const char *const cold[] = {"static int calls; int library_cold(void) { return !calls++; }\n", NULL};
	static const char *const bad[] = {"#include <unistd.h>\nint library_forks(void) { return fork(); }\n", NULL};

	write_file("libcold", "lib.c", cold);
	write_file("libbad", "lib.c", bad);
	build("gcc", "lib.c");
}

static int build_all(void **state)
{
	const char *temporary = getenv("TMPDIR");
	struct gx_error err;

	(void)state;
	snprintf(folder, sizeof(folder), "%s/gatecrash-doors-XXXXXX", temporary ? temporary : "/tmp");
	if (!mkdtemp(folder))
		fail_msg("%s: %s", folder, strerror(errno));
	has_cxx = system("g++ --version >/dev/null 2>&1") == 0;
	unsetenv("LIBRARY");
	build_libraries();
	for (size_t i = 0; i < COUNT(c_gates); i++) {
		const struct gate *gate = &c_gates[i];

		write_file(gate->name, "c",
			   (const char *const[]){c_prologue, "static int state_;\n", gate->before, c_handle, gate->body,
						 c_epilogue, NULL});
	}
	run_command("cd '%s' && rm -f *.lib.c", folder);
	setenv("LIBRARY", "-Wl,--as-needed -lcold -lbad", 1);
	build("gcc", "c");
	for (size_t i = 0; i < COUNT(cxx_gates) && has_cxx; i++) {
		const struct gate *gate = &cxx_gates[i];

		write_file(gate->name, "cc",
			   (const char *const[]){cxx_prologue, gate->before, cxx_handle, gate->body, cxx_epilogue,
						 NULL});
	}
	if (has_cxx)
		build("g++ -std=c++20", "cc");
	unsetenv("LIBRARY");
	gx_service_register();
	if (gx_world_open(&err) != GX_OK)
		fail_msg("%s", err.text);
	return 0;
}

static int remove_all(void **state)
{
	(void)state;
	run_command("rm -rf '%s'", folder);
	return 0;
}

/* ---- a gate and a scenario ---- */

enum { EVENTS_MAX = 1 << 16 };

static struct {
	struct gx_scenario_file *file;
	struct gx_plugin *plugin;
	struct gx_trial trial;
	struct gx_explored explored;
	struct gx_event events[EVENTS_MAX];
	uint32_t event_count;
} stand;

static void put_up(const char *name)
{
	char scenario[4096];
	struct gx_error err;

	if (gx_crash_install(&err) != GX_OK ||
	    gx_scenario_find(scenario, sizeof(scenario), "double-click", &err) != GX_OK ||
	    gx_scenario_load(&stand.file, scenario, &err) != GX_OK ||
	    gx_plugin_load(&stand.plugin, path_of(name), &err) != GX_OK)
		fail_msg("%s: %s", name, err.text);
	gx_trial_init(&stand.trial, &stand.file->scenario, gx_plugin_gate(stand.plugin));
	stand.trial.adopt = gx_plugin_adopt;
	stand.trial.plugin = stand.plugin;
	if (gx_sched_load(&stand.trial.program, &err) != GX_OK)
		fail_msg("%s: %s", name, err.text);
}

static void take_down(void)
{
	gx_explored_release(&stand.explored);
	gx_plugin_free(stand.plugin);
	gx_scenario_free(stand.file);
	stand.plugin = NULL;
	stand.file = NULL;
}

static void explore(const char *name, const struct gx_strategy *strategy)
{
	struct gx_explore_options options = {.strategy = strategy, .seed = 1, .executions = 20};
	struct gx_error err;

	gx_explored_release(&stand.explored);
	if (gx_explore(&stand.explored, &options, &err) != GX_OK)
		fail_msg("%s: %s", name, err.text);
	assert_true(stand.explored.rechecked);
}

/* Whether the rules that were broken are these and no others; of those that follow from overlapping cycles, any. */
static bool breaks(const char *rules)
{
	bool found = false;

	for (unsigned i = 0; i < stand.explored.hit_count; i++) {
		const char *rule = gx_rule_name(gx_key_rule(stand.explored.hits[i].key));

		if (!strcmp(rule, rules))
			found = true;
		else if (strcmp(rules, "overlapping-cycles") != 0)
			return false;
	}
	return *rules ? found : !stand.explored.hit_count;
}

static void name_task(void *context, unsigned task, char *text, size_t size)
{
	(void)context;
	snprintf(text, size, "task %u", task);
}

/* The path as a line of text, and back: the same execution, twice. */
static void replays(const char *name, const struct gx_path *path)
{
	struct gx_replay replay = {.namer = name_task, .events = stand.events, .capacity = EVENTS_MAX};
	struct gx_repro repro;
	struct gx_error err;

	if (gx_repro_make(&repro, "double-click", "./gate.so", path, &err) != GX_OK)
		fail_msg("%s: %s", name, err.text);
	for (unsigned i = 0; i < 2; i++)
		if (gx_replay_repro(&replay, &repro, NULL, &err) != GX_OK)
			fail_msg("%s: %s", name, err.text);
	stand.event_count = replay.event_count;
	gx_repro_release(&repro);
}

static void check_gate(const struct gate *gate)
{
	put_up(gate->name);
	explore(gate->name, &gx_strategy_random);
	explore(gate->name, &gx_strategy_exhaustive);
	if (!stand.explored.complete)
		fail_msg("%s: incomplete: %s", gate->name, stand.explored.why);
	if (!breaks(gate->rules))
		fail_msg("%s: %u kinds of findings, the first %s; not \"%s\"", gate->name, stand.explored.hit_count,
			 stand.explored.hit_count ? gx_rule_name(gx_key_rule(stand.explored.hits[0].key)) : "none",
			 gate->rules);
	for (unsigned i = 0; i < stand.explored.hit_count; i++)
		replays(gate->name, &stand.explored.hits[i].path);
	take_down();
}

static void what_a_gate_asks_of_libc_is_modelled_or_pure(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(c_gates); i++)
		if (c_gates[i].rules)
			check_gate(&c_gates[i]);
}

static void what_a_gate_asks_of_the_cxx_library_is_modelled_or_pure(void **state)
{
	(void)state;
	if (!has_cxx || GX_ASAN) {
		print_message("not tried: %s\n", has_cxx ? "operator new is AddressSanitizer's" : "there is no g++");
		skip();
	}
	for (size_t i = 0; i < COUNT(cxx_gates); i++)
		if (cxx_gates[i].rules)
			check_gate(&cxx_gates[i]);
}

/* ---- what it prints ---- */

/* What is written to a descriptor meanwhile. */
struct tap {
	int file, saved, from;
};

static struct tap tap_of(int file)
{
	int ends[2];
	struct tap tap = {.file = file, .saved = dup(file)};

	fflush(NULL);
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	dup2(ends[1], file);
	close(ends[1]);
	tap.from = ends[0];
	return tap;
}

static void close_tap(const struct tap *tap, char *text, size_t size)
{
	ssize_t got;

	fflush(NULL);
	dup2(tap->saved, tap->file);
	close(tap->saved);
	got = read(tap->from, text, size - 1);
	text[got > 0 ? got : 0] = '\0';
	close(tap->from);
}

static void what_it_prints_is_told_and_goes_nowhere(void **state)
{
	static const char *const texts[] = {"one 1", "two",   "three",
					    "four",  "five",  "six",
					    "seven", "eight", "nine: No such file or directory",
					    "x",     "y",     "\303\251 ??[31m ??"};
	struct tap out;
	struct tap error;
	char text[2][256];
	unsigned told = 0;

	(void)state;
	out = tap_of(STDOUT_FILENO);
	error = tap_of(STDERR_FILENO);
	put_up("prints");
	explore("prints", &gx_strategy_random);
	replays("prints", &(struct gx_path){0});
	take_down();
	put_up("started");
	take_down();
	close_tap(&error, text[1], sizeof(text[1]));
	close_tap(&out, text[0], sizeof(text[0]));
	assert_string_equal(text[0], "");
	assert_string_equal(text[1], "");
	for (uint32_t i = 0; i < stand.event_count; i++)
		if (stand.events[i].kind == GX_EVENT_FACT && stand.events[i].label == GX_L_PRINT)
			assert_string_equal(gx_posix_printed(stand.events[i].value), texts[told++ % COUNT(texts)]);
	assert_true(told && told % COUNT(texts) == 0);
}

/* ---- a step that never ends ---- */

static void a_loop_that_changes_memory_hangs_and_its_repro_replays(void **state)
{
	struct gx_explore_options options = {.strategy = &gx_strategy_exhaustive, .stop_at_first = true};
	struct gx_error err;

	(void)state;
	put_up("counts");
	/* The timer looks more often than usual: seconds are for people. */
	assert_int_equal(setitimer(ITIMER_VIRTUAL, &(struct itimerval){{.tv_usec = 5000}, {.tv_usec = 5000}}, NULL), 0);
	explore("counts", &gx_strategy_random);
	assert_true(breaks("hang"));
	gx_explored_release(&stand.explored);
	if (gx_explore(&stand.explored, &options, &err) != GX_OK)
		fail_msg("%s", err.text);
	assert_true(breaks("hang"));
	replays("counts", &stand.explored.hits[0].path);
	take_down();
}

/* ---- loaded again ---- */

/* A file that the loader keeps does not run its constructors again. */
static void what_a_constructor_has_allocated_is_there_in_a_later_load(void **state)
{
	struct gate moves = {.name = "moves-stay", .rules = ""};

	(void)state;
	run_command(
		"gcc -w -O1 -shared -fPIC -D_GNU_SOURCE -Iharness/include -Wl,-z,nodelete -o '%s/moves-stay.so' '%s/moves.c'",
		folder, folder);
	for (unsigned i = 0; i < 3; i++)
		check_gate(&moves);
}

/* ---- the end of the process ---- */

static void what_is_to_run_at_the_end_of_the_process_does_not(void **state)
{
	static const char *const names[] = {"at-exit", "cxx-statics"};

	(void)state;
	if (GX_ASAN) {
		print_message("not tried, LeakSanitizer looks at the end of the process\n");
		skip();
	}
	for (size_t i = 0; i < COUNT(names) && (!i || has_cxx); i++) {
		int status;
		pid_t child;

		fflush(NULL);
		child = fork();
		if (!child) {
			struct gx_replay replay = {.namer = name_task};
			struct gx_error err;

			put_up(names[i]);
			if (gx_replay_path(&replay, &(struct gx_path){0}, NULL, &err) != GX_OK)
				_exit(1);
			setenv("DOORS_END", "1", 1);
			exit(0); /* not unloaded: all that is loaded is ended with the process */
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
}

/* ---- what is refused ---- */

static void refused(const char *name, const char *why)
{
	struct gx_plugin *plugin = NULL;
	struct gx_error err = {.text = ""};
	char expected[1024];

	snprintf(expected, sizeof(expected), "%s: %s", path_of(name), why);
	assert_int_equal(gx_plugin_load(&plugin, path_of(name), &err), GX_EINPUT);
	assert_string_equal(err.text, expected);
	assert_null(plugin);
}

static void what_is_refused_is_refused_when_it_is_loaded(void **state)
{
	(void)state;
	refused("forks",
		"calls fork(), which gatecrash does not model; a gate starts no processes, and handles and sends no signals");
	refused("of-a-bad-library",
		"needs libbad.so, which calls fork(), which gatecrash does not model; a gate starts no processes, "
		"and handles and sends no signals");
	refused("not-linked", "calls json_object(), which gatecrash does not model; link the gate with what it needs");
	refused("thread-at-load", "asks for a thread while it is loaded, and cannot have that before open()");
	refused("much-at-load", "asks for so much memory while it is loaded, and cannot have that before open()");
	refused("nested",
		"asks for executable stacks, which gatecrash does not have; make a static function of the nested one whose "
		"address is taken, or link assembly with -Wl,-z,noexecstack");
	refused("maps", "calls mmap(), which gatecrash does not model; memory comes from malloc()");
	refused("pipes",
		"calls pipe(), which gatecrash does not model; it may wait, or keep what all executions would share; "
		"a gate has no files, sockets or devices");
	refused("environment",
		"calls setenv(), which gatecrash does not model; what it keeps would be shared by all executions");
}

static void what_is_refused_of_cxx_is_named_as_it_was_written(void **state)
{
#define IT_DOES ", which gatecrash does not model; std::mutex, std::condition_variable and std::thread it does"

	(void)state;
	if (!has_cxx) {
		print_message("not tried: there is no g++\n");
		skip();
	}
	if (GX_ASAN) {
		refused("cxx-statics",
			"uses operator new(unsigned long), which gatecrash does not model; AddressSanitizer has its own: "
			"take a build without it for a gate in C++");
		return;
	}
	refused("cxx-pool", "uses std::pmr::synchronized_pool_resource" IT_DOES);
}

/* Whoever adds a name to what is pure adds it here, if it is one of these kinds. */
static const char *const never[] = {
	"fork",
	"vfork",
	"clone",
	"_Fork",
	"system",
	"popen",
	"posix_spawn",
	"posix_spawnp",
	"wait",
	"waitpid",
	"kill",
	"tgkill",
	"signal",
	"sigaction",
	"sigset",
	"sigprocmask",
	"pthread_sigmask",
	"pthread_kill",
	"sigsuspend",
	"pause",
	"sigaltstack",
	"signalfd",
	"sigwait",
	"alarm",
	"ualarm",
	"setitimer",
	"timer_create",
	"timerfd_create",
	"clock",
	"times",
	"getrusage",
	"clock_settime",
	"adjtimex",
	"mmap",
	"munmap",
	"mremap",
	"mprotect",
	"brk",
	"sbrk",
	"mallopt",
	"malloc_trim",
	"setenv",
	"putenv",
	"unsetenv",
	"setlocale",
	"newlocale",
	"iconv_open",
	"gettext",
	"getopt",
	"hcreate",
	"dlopen",
	"dlsym",
	"getcontext",
	"makecontext",
	"swapcontext",
	"on_exit",
	"quick_exit",
	"open",
	"openat",
	"creat",
	"fopen",
	"fdopen",
	"freopen",
	"open_memstream",
	"fmemopen",
	"tmpfile",
	"read",
	"pread",
	"lseek",
	"dup2",
	"pipe",
	"fcntl",
	"ioctl",
	"socket",
	"connect",
	"send",
	"epoll_wait",
	"eventfd",
	"inotify_init",
	"getchar",
	"fgets",
	"scanf",
	"getline",
	"getdelim",
	"fread",
	"ungetc",
	"rewind",
	"fclose",
	"__overflow",
	"wprintf",
	"putwchar",
	"syslog",
	"err",
	"warn",
	"error",
	"psignal",
	"backtrace",
	"sched_getcpu",
	"sched_setaffinity",
	"getaddrinfo",
	"gethostbyname",
	"getpwuid",
	"opendir",
	"stat",
	"unlink",
	"realpath",
	"getcwd",
	"glob",
	"wordexp",
	"semop",
	"msgsnd",
	"shmget",
	"ptrace",
	"prctl",
	"setrlimit",
	"setuid",
	"setjmp_that_nobody_knows",
};

static const char *const fine[] = {
	"memcpy",
	"strlen",
	"strtol",
	"snprintf",
	"qsort",
	"getenv",
	"malloc",
	"free",
	"printf",
	"write",
	"time",
	"nanosleep",
	"pthread_mutex_lock",
	"pthread_attr_init",
	"sem_post",
	"gettid",
	"rand",
	"strtok",
	"localtime",
	"setjmp",
	"longjmp",
	"__errno_location",
	"stdout",
	"environ",
	"sin",
	"pow",
	"__stack_chk_fail",
	"__memcpy_chk",
	"__printf_chk",
	"execl",
	"raise",
	"abort",
	"exit",
	"_exit",
	"_Exit",
	"__cxa_atexit",
	"__cxa_finalize",
	"poll",
	"select",
	"sysconf",
	"wcslen",
	"toupper",
};

static void every_name_of_libc_is_decided(void **state)
{
	struct link_map *map = NULL;
	struct gx_objects objects;
	struct gx_error err;
	void *self = dlopen(NULL, RTLD_NOW);

	(void)state;
	assert_int_equal(dlinfo(self, RTLD_DI_LINKMAP, &map), 0);
	assert_int_equal(gx_module_find_objects(&objects, map, "the program", &err), GX_OK);
	assert_non_null(objects.libc);
	for (size_t i = 0; i < COUNT(never); i++)
		if (dlsym(RTLD_DEFAULT, never[i]) && !gx_module_why_not(&objects, never[i]) &&
		    !(GX_ASAN &&
		      gx_module_is_of_the_program(dlsym(RTLD_DEFAULT, never[i])))) /* a runtime that is linked in */
			fail_msg("%s is let through", never[i]);
	for (size_t i = 0; i < COUNT(fine); i++)
		if (gx_module_why_not(&objects, fine[i]))
			fail_msg("%s is refused: %s", fine[i], gx_module_why_not(&objects, fine[i]));
	dlclose(self);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_of_libc_is_decided),
		cmocka_unit_test(what_is_refused_is_refused_when_it_is_loaded),
		cmocka_unit_test(what_is_refused_of_cxx_is_named_as_it_was_written),
		cmocka_unit_test(what_a_gate_asks_of_libc_is_modelled_or_pure),
		cmocka_unit_test(what_a_gate_asks_of_the_cxx_library_is_modelled_or_pure),
		cmocka_unit_test(what_a_constructor_has_allocated_is_there_in_a_later_load),
		cmocka_unit_test(what_it_prints_is_told_and_goes_nowhere),
		cmocka_unit_test(a_loop_that_changes_memory_hangs_and_its_repro_replays),
		cmocka_unit_test(what_is_to_run_at_the_end_of_the_process_does_not),
	};

	return cmocka_run_group_tests(tests, build_all, remove_all);
}
