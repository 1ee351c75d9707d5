/* A semaphore per workspace, found by its name. */
#include "../author.h"

#include <fcntl.h>

static char state;

static void *open_gate(void)
{
	return &state;
}

static void close_gate(void *gate)
{
	(void)gate;
	for (char name[] = "/gate-a"; name[6] <= 'z'; name[6]++)
		sem_unlink(name);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	char name[] = "/gate-?";
	sem_t *semaphore;

	(void)gate;
	name[6] = request->workspace[strlen(request->workspace) - 1];
	semaphore = sem_open(name, O_CREAT, 0600, 1);
	sem_wait(semaphore);
	run_legs(request);
	sem_post(semaphore);
	sem_close(semaphore);
	return GX_RAN;
}

GATE("named-semaphore", "semaphores by name")
