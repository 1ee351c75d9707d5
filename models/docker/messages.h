/*
 * messages.h - what the engine answers: a status and a message code while exploring, the exact text when somebody reads it.
 *
 * Texts and statuses are those of docker-engine-facts section 3, for the two engines that were recorded. The service matches on
 * texts only (domain.md section 9); the predicates here give on codes what its matching gives on the text.
 */
#ifndef GX_DOCKER_MESSAGES_H
#define GX_DOCKER_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"

/* The engines that were recorded: 28.5.2 and 20.10.24. */
enum gx_docker_version { GX_DOCKER_E28, GX_DOCKER_E20 };

/* NAME is the container as the request gives it, ID its 64 digits, OTHER a second name. */
enum gx_docker_code {
	GX_DOCKER_SAID_NOTHING, /* success, or 304 */
	GX_DOCKER_NAME_IN_USE,  /* create: the name is held by ID */
	GX_DOCKER_INVALID_NAME,
	GX_DOCKER_NO_SUCH_IMAGE, /* create */
	GX_DOCKER_IMAGE_UNKNOWN, /* image inspect */
	GX_DOCKER_NO_SUCH_CONTAINER,
	GX_DOCKER_KILL_NO_SUCH_CONTAINER,
	GX_DOCKER_START_PAUSED,
	GX_DOCKER_START_REMOVING,
	GX_DOCKER_COMMAND_NOT_FOUND, /* start; OTHER is the command */
	GX_DOCKER_COMMAND_DENIED,
	GX_DOCKER_NETWORK_NOT_FOUND,
	GX_DOCKER_USER_NOT_FOUND,
	GX_DOCKER_REMOVAL_IN_PROGRESS,
	GX_DOCKER_REMOVE_RUNNING,
	GX_DOCKER_REMOVE_RESTARTING,
	GX_DOCKER_REMOVE_PAUSED,
	GX_DOCKER_REMOVE_FAILED,  /* file system trouble */
	GX_DOCKER_REMOVE_TROUBLE, /* the same as State.Error shows it */
	GX_DOCKER_KILL_NOT_RUNNING,
	GX_DOCKER_KILL_INVALID_SIGNAL,
	GX_DOCKER_KILL_UNSUPPORTED_SIGNAL,
	GX_DOCKER_NOT_RUNNING, /* pause, exec */
	GX_DOCKER_ALREADY_PAUSED,
	GX_DOCKER_IS_RESTARTING, /* pause, exec */
	GX_DOCKER_NOT_PAUSED,
	GX_DOCKER_EXEC_PAUSED,
	GX_DOCKER_RENAME_IN_USE,
	GX_DOCKER_RENAME_INVALID,
	GX_DOCKER_RENAME_EMPTY,
	GX_DOCKER_RENAME_SAME,
	GX_DOCKER_RENAME_SANDBOX, /* E20: a restarting container has no sandbox */
	GX_DOCKER_NO_FILE,        /* put archive: no volume is mounted at /configs */
	GX_DOCKER_VOLUME_IN_USE,  /* OTHER is the volume, ID the first container that names it */
	GX_DOCKER_NO_SUCH_VOLUME,
	GX_DOCKER_VOLUME_BAD_NAME,
	GX_DOCKER_VOLUME_SHORT_NAME,
	GX_DOCKER_WAITED, /* wait: 200 and a body */
	/* Not the engine's: limits of this fake, and faults that a scenario asked for. */
	GX_DOCKER_CONTAINERS_FULL,
	GX_DOCKER_VOLUMES_FULL,
	GX_DOCKER_IMAGES_FULL,
	GX_DOCKER_FAULT,
	GX_DOCKER_CODES
};

enum gx_docker_status {
	GX_DOCKER_ABSENT,
	GX_DOCKER_CREATED,
	GX_DOCKER_RUNNING,
	GX_DOCKER_PAUSED,
	GX_DOCKER_RESTARTING,
	GX_DOCKER_REMOVING,
	GX_DOCKER_EXITED,
	GX_DOCKER_DEAD
};

/* "running" and so on, as State.Status says it; "absent". */
const char *gx_docker_status_name(enum gx_docker_status status);

struct gx_docker_answer {
	uint16_t status;    /* HTTP's: 201, 204, 304, 404, 409, ... */
	uint16_t message;   /* enum gx_docker_code */
	uint16_t name;      /* the container's name as the request gives it; GX_DOCKER_NO_NAME if it gives an id */
	uint16_t other;     /* a second name: image, volume, new name, what is missing */
	uint64_t container; /* the container concerned, 0 if none; by id: the id of the request */
	uint16_t number;    /* wait, inspect: the exit code; kill: the signal */
	uint8_t state;      /* inspect: enum gx_docker_status */
	uint8_t cause;      /* wait, inspect: enum gx_docker_code of State.Error, GX_DOCKER_SAID_NOTHING for none */
	uint32_t pad;       /* always 0: an answer that stays in a live frame is hashed */
};

static inline bool gx_docker_is_error(const struct gx_docker_answer *answer)
{
	return answer->status >= 400;
}

/*
 * Write the text of `answer` as that engine words it: the `message` of an error, the body of a wait, "" for anything else.
 * Returns its whole length; what does not fit is cut. Not while exploring.
 */
size_t gx_docker_message(const struct gx_docker_answer *answer, enum gx_docker_version version, char *text,
			 size_t size);

/* The status that goes with a code, 0 for codes that say none of their own (GX_DOCKER_SAID_NOTHING, GX_DOCKER_FAULT). */
unsigned gx_docker_code_status(enum gx_docker_code code, enum gx_docker_version version);

/*
 * What the service makes of an error's text (domain.md section 9). "Gone" is broad: an unknown network is gone, too. The words
 * about images are compared without regard to case, or the service would not know the engine's "No such image".
 */
bool gx_docker_says_gone(const struct gx_docker_answer *answer);     /* "No such container" or "not found" */
bool gx_docker_says_removing(const struct gx_docker_answer *answer); /* "removal of container", "already in progress" */
bool gx_docker_says_image_missing(
	const struct gx_docker_answer *answer); /* "no such image", or "not found" with "image" */

/* The answer that a fact with label GX_L_DOCKER_ANSWER carries (all of it but `state` and `cause`). For reports. */
struct gx_docker_answer gx_docker_answer_of(const struct gx_event *event);

#endif
