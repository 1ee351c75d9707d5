/*
 * standard.h - what a gate of one's own is tried with if nothing is said.
 *
 * Between them these scenarios show the bug of every gate of the service's history that has one, and each is clean with a gate that has
 * none. Those that take long come last. Two callers are not enough: a gate that hands its lock over wrongly needs a third.
 */
#ifndef GX_CLI_STANDARD_H
#define GX_CLI_STANDARD_H

struct gx_standard {
	const char *name;
	const char
		*unless; /* not run with a gate that is guilty in this one, which stands before it; NULL: always run */
};

#define GX_STANDARD_MAX 16

/* For help texts. */
#define GX_STANDARD_SET                                                                                                         \
	"single, double-click, manual-vs-programmatic, create-vs-restart, no-backend, failed-start, two-workspaces, shutdown, " \
	"burst-mutations, three-callers and secret-then-restart"

/* Closed by an empty one. */
extern const struct gx_standard gx_standard_set[];

#endif
