/*
 * facts.c - names of the facts, and words for what they carry.
 */
#include "facts/facts.h"

static const char *const names[] = {
	"gate.request",  "gate.answer",     "leg.begin",      "leg.end",           "gate.note",
	"gate.misuse",   "provision.begin", "provision.end",  "token.revoked",     "token.minted",
	"token.written", "name.conflict",   "container.made", "container.started", "container.removed",
	"row.status",    "secret.written",  "secret.read",    "client.401",        "container.401",
	"wait.cycle",    "view.isolation",  "server.drained", "task.late",         "final.blocked",
	"final.row",     "final.tokens",    "final.file",     "final.container",   "final.held",
	"final.secret",  "final.quiet",     "probe.result",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == (int)GX_F_END - (int)GX_LABELS_SERVICE, "every fact has a name");

void gx_facts_register(void)
{
	gx_labels_register(GX_LABELS_SERVICE, names, (unsigned)GX_F_END - (unsigned)GX_LABELS_SERVICE);
}

const char *gx_row_status_name(enum gx_row_status status)
{
	static const char *const words[] = {
		[GX_ROW_NONE] = "none",
		[GX_ROW_PROVISIONING] = "provisioning",
		[GX_ROW_ONLINE] = "online",
		[GX_ROW_DEGRADED] = "degraded",
		[GX_ROW_OFFLINE] = "offline",
		[GX_ROW_FAILED] = "failed",
		[GX_ROW_PAUSED] = "paused",
		[GX_ROW_HIBERNATING] = "hibernating",
		[GX_ROW_HIBERNATED] = "hibernated",
		[GX_ROW_AWAITING_AGENT] = "awaiting_agent",
		[GX_ROW_REMOVED] = "removed",
	};

	return (unsigned)status < sizeof(words) / sizeof(words[0]) ? words[status] : "?";
}

const char *gx_misuse_text(enum gx_misuse misuse)
{
	static const char *const texts[GX_MISUSE_POSIX] = {
		[GX_MISUSE_LEG_TWICE] = "runs a leg of a request for the second time",
		[GX_MISUSE_START_BEFORE_STOP] = "runs the start leg before the stop leg is over",
		[GX_MISUSE_LEG_AFTER_REFUSAL] =
			"runs a leg of a request that it answers, or has answered, with busy or dropped",
		[GX_MISUSE_RAN_TOO_EARLY] = "answers GX_RAN before the legs of the request are over",
		[GX_MISUSE_BAD_OUTCOME] = "returns from handle() with no enum gx_outcome",
		[GX_MISUSE_FOREIGN_REQUEST] = "runs a leg of something that is no request of this execution",
		[GX_MISUSE_THREAD_LEFT] = "is left behind by close(), which has returned without joining it",
		[GX_MISUSE_OPEN_FAILED] = "returns NULL from open()",
	};

	if (misuse >= GX_MISUSE_POSIX)
		return gx_posix_misuse_text((unsigned)misuse - GX_MISUSE_POSIX);
	return (unsigned)misuse < GX_MISUSE_POSIX && texts[misuse] ? texts[misuse] : "?";
}
