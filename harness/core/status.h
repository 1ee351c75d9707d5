/*
 * status.h - three kinds of bad news, and how each travels.
 *
 *   the caller or the world failed   -> enum gx_status + struct gx_error, filled by the library, printed by the CLI only
 *   the harness itself is wrong      -> GX_BUG() and GX_ASSERT(), which abort in every build
 *   the program under test is wrong  -> an event, and from it a finding: our product, not an error
 */
#ifndef GX_CORE_STATUS_H
#define GX_CORE_STATUS_H

#include <stdarg.h>

enum gx_status {
	GX_OK = 0,
	GX_EINPUT,    /* what the caller was given is wrong: a file, a line, a flag; exit status 2 */
	GX_ENOMEM,    /* out of memory or address space */
	GX_ESYSTEM,   /* a system call failed */
	GX_EDIVERGED, /* a replay or a re-execution did not do what was recorded: exit status 3 */
	GX_ELIMIT,    /* the world is too small for the program: exit status 3 */
	GX_EINTERNAL  /* the harness broke its own rule, and was rescued (rescue.h): exit status 3 */
};

#define GX_MUST_USE          __attribute__((warn_unused_result))
#define GX_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define GX_COLD              __attribute__((cold, noinline))
#define GX_UNUSED            __attribute__((unused))
/* Exempt from -ftrivial-auto-var-init: a large array of the scheduler's side, written before it is read, on a hot path. */
#define GX_UNINITIALISED __attribute__((uninitialized))

/* One message, whole and ready to print after "gatecrash: ". Valid once a function has answered anything but GX_OK. */
struct gx_error {
	char text[1024];
};

/* Format the message into `err` (may be NULL) and return `status`, so that `return gx_fail(...)` reads as one thought. */
enum gx_status gx_fail(struct gx_error *err, enum gx_status status, const char *format, ...) GX_PRINTF(3, 4) GX_COLD;

/*
 * The harness broke its own rule: what is under way is given up (rescue.h); where nobody rescues, print where, and abort. Never for input,
 * never for what a program under test does.
 */
void gx_bug(const char *file, int line, const char *what) GX_COLD __attribute__((noreturn));
#define GX_BUG(what)    gx_bug(__FILE__, __LINE__, (what))
#define GX_ASSERT(fact) ((fact) ? (void)0 : gx_bug(__FILE__, __LINE__, #fact))

/* Asked first by both of these: does not return if it can rescue. NULL: nobody. Set by rescue.c. */
extern void (*gx_rescuer)(enum gx_status status, const char *what);

/* Out of memory where no status can be returned: the same, as GX_ENOMEM; without a rescue the program ends with status 3. */
void gx_no_memory(const char *for_what) GX_COLD __attribute__((noreturn));

#endif
