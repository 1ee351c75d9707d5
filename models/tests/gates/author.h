/*
 * author.h - what every gate of this folder begins with, as an author's own header would be.
 *
 *     #include "../author.h"  ─►  open_gate(), close_gate(), handle()  ─►  GATE("name", "summary")
 *
 * Includes gate.h alone: the gates are built as a user's are, and know nothing of gatecrash.
 */
#ifndef GATES_AUTHOR_H
#define GATES_AUTHOR_H

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <gatecrash/gate.h>

#define GATE(called, says)                                                                                     \
	const struct gx_gate *gx_gate_plugin(void)                                                             \
	{                                                                                                      \
		static const struct gx_gate gate = {GX_GATE_ABI, called, says, open_gate, close_gate, handle}; \
		return &gate;                                                                                  \
	}

enum { SLOTS = 4 };

/* The workspaces of the scenarios are ws-a, ws-b, ...: the last letter tells them apart. */
static inline unsigned slot_of(const char *workspace)
{
	return (unsigned)(workspace[strlen(workspace) - 1] - 'a') % SLOTS;
}

static inline void run_legs(const struct gx_request *request)
{
	if (gx_stop(request) == GX_LEG_DONE)
		gx_start(request);
}

static inline void sleep_ms(long ms)
{
	struct timespec span = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&span, NULL);
}

static inline struct timespec later(clockid_t clock, long ms)
{
	struct timespec at;

	clock_gettime(clock, &at);
	at.tv_sec += ms / 1000;
	at.tv_nsec += ms % 1000 * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000;
	}
	return at;
}

#endif
