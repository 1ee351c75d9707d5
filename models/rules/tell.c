/*
 * tell.c - words for the sentences of findings. Nothing here runs while exploring.
 */
#include <stdarg.h>
#include <stdio.h>

#include "rules/internal.h"

const char *gx_told_workspace(const struct gx_telling *telling)
{
	unsigned index = telling->finding->workspace;

	return index < telling->names->workspace_count ? telling->names->workspaces[index] : "the service";
}

const char *gx_told_request(const struct gx_telling *telling, unsigned which)
{
	unsigned id = telling->finding->requests[which];

	return id ? telling->names->request(telling->names->context, id) : "somebody else";
}

const char *gx_told_task(const struct gx_telling *telling)
{
	return telling->names->task(telling->names->context, telling->finding->task);
}

bool gx_told_wait(const struct gx_telling *telling, char *text, size_t size)
{
	const struct gx_message_wait *wait = telling->names->wait;

	if (!wait)
		return false;
	switch (wait->cause) {
	case GX_WAIT_ENDED:
		(void)snprintf(text, size, "for %s, which %s took and had not given back when it ended",
			       *wait->object ? wait->object : "what is gone", wait->holder);
		return true;
	case GX_WAIT_READING:
		(void)snprintf(text, size,
			       "to read %s, which it reads already, behind a writer who waits for it to give that back",
			       wait->object);
		return true;
	case GX_WAIT_SELF:
		(void)snprintf(text, size, "for %s, which it holds itself", wait->object);
		return true;
	case GX_WAIT_CIRCLE:
		(void)snprintf(text, size, "for %s, which %s holds, who waits for it in turn",
			       *wait->object ? wait->object : "the end of a thread", wait->holder);
		return true;
	case GX_WAIT_HOLDING:
		(void)snprintf(text, size, "for %s, which %s holds, who waits to be woken", wait->object, wait->holder);
		return true;
	case GX_WAIT_UNWOKEN:
		(void)snprintf(text, size, "to be woken%s%s, and nobody is left to do it", *wait->object ? " at " : "",
			       wait->object);
		return true;
	case GX_WAIT_UNKNOWN:
		break;
	}
	return false;
}

const char *gx_remedy_of_wait(enum gx_wait_cause cause)
{
	switch (cause) {
	case GX_WAIT_ENDED:
		return "give it back on every way out of handle(): early returns, legs that failed or were skipped, panics "
		       "(gx_defer)";
	case GX_WAIT_READING:
		return "do not take a read lock under itself: where a writer waits, glibc lets the reader in by default, other "
		       "systems (and glibc's PREFER_WRITER_NONRECURSIVE) do not; POSIX leaves it open";
	case GX_WAIT_SELF:
		return "the holder of a lock must not take it again: let what is called under it expect it taken, or make it "
		       "recursive";
	case GX_WAIT_CIRCLE:
		return "take several locks in one order everywhere, or give the first one back before you take the second";
	case GX_WAIT_HOLDING:
		return "do not wait for others while you hold what they need on their way to you";
	case GX_WAIT_UNWOKEN:
		return "wake whoever waits for what you changed, on every way out; and let a waiter look, under the mutex, "
		       "before it waits";
	case GX_WAIT_UNKNOWN:
		break;
	}
	return NULL;
}

void gx_tell(const struct gx_telling *telling, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(telling->text, telling->size, format, args);
	va_end(args);
}
