/*
 * kinds.c - words for the kinds of actors.
 */
#include "scenario/scenario.h"

static const struct {
	const char *name;
	const char *summary;
} kinds[] = {
	[GX_ACTOR_MANUAL_RESTART] = {"manual-restart",
				     "a person presses Restart: 503 without a backend, else STOP and PROV"},
	[GX_ACTOR_PROGRAMMATIC_RESTART] = {"programmatic-restart",
					   "the platform restarts by itself; waits if a provision runs"},
	[GX_ACTOR_RESTART_AFTER_MUTATION] = {"restart-after-mutation",
					     "a setting was changed: restart, past the debounce"},
	[GX_ACTOR_SECRET_WRITE] = {"secret-write", "a secret is written and acknowledged, then a programmatic restart"},
	[GX_ACTOR_CREATE] = {"create", "a new workspace: the row is inserted (state none before), then PROV alone"},
	[GX_ACTOR_E2E_CLIENT] = {"e2e-client",
				 "gets a bearer of its own and polls with it; sends no request to the gate"},
	[GX_ACTOR_DISPATCH_RESTART] = {"dispatch-restart",
				       "a manual restart at the dispatcher, past the handler's 503"},
	[GX_ACTOR_SHUTDOWN] = {"shutdown",
			       "the server stops: drains its tasks, closes the database; takes no workspace"},
};

_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == GX_ACTOR_KINDS, "every kind has words");

const char *gx_actor_kind_name(enum gx_actor_kind kind)
{
	return (unsigned)kind < GX_ACTOR_KINDS ? kinds[kind].name : "?";
}

const char *gx_actor_kind_summary(enum gx_actor_kind kind)
{
	return (unsigned)kind < GX_ACTOR_KINDS ? kinds[kind].summary : "?";
}
