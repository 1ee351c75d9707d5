#include "docker/messages.h"

#include <stdio.h>
#include <string.h>

#include "docker/names.h"

/*
 * The texts. In them: %N the container's name as given, or its id if an id was given; %P that name without its slash; %I its id;
 * %O the other name; %R that without its slash; %L that as an image, `:latest` added if it has neither tag nor digest; %D the
 * number; %S the id of the container's sandbox; %E what State.Error says, in a wait.
 */
struct text {
	uint16_t status;
	uint16_t status_e20; /* 0: the same */
	const char *text;
	const char *text_e20; /* NULL: the same */
};

#define NAME_IN_USE(name)                                                           \
	"Conflict. The container name \"/" name                                     \
	"\" is already in use by container \"%I\". You have to remove (or rename) " \
	"that container to be able to reuse that name."
#define RUNC \
	"failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "

static const struct text texts[GX_DOCKER_CODES] = {
	[GX_DOCKER_SAID_NOTHING] = {0, 0, "", NULL},
	[GX_DOCKER_NAME_IN_USE] = {409, 0, NAME_IN_USE("%P"), NULL},
	[GX_DOCKER_INVALID_NAME] = {400, 0, "Invalid container name (%N), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
				    NULL},
	[GX_DOCKER_NO_SUCH_IMAGE] = {404, 0, "No such image: %L", NULL},
	[GX_DOCKER_IMAGE_UNKNOWN] = {404, 0, "No such image: %L", "no such image: %O: No such image: %L"},
	[GX_DOCKER_NO_SUCH_CONTAINER] = {404, 0, "No such container: %N", NULL},
	[GX_DOCKER_KILL_NO_SUCH_CONTAINER] = {404, 0, "cannot kill container: %N: No such container: %N",
					      "Cannot kill container: %N: No such container: %N"},
	[GX_DOCKER_START_PAUSED] = {409, 0, "cannot start a paused container, try unpause instead", NULL},
	[GX_DOCKER_START_REMOVING] = {409, 0, "container is marked for removal and cannot be started", NULL},
	[GX_DOCKER_COMMAND_NOT_FOUND] = {400, 0,
					 "failed to create task for container: " RUNC "error during container init: "
					 "exec: \"%O\": stat %O: no such file or directory",
					 RUNC "exec: \"%O\": stat %O: no such file or directory: unknown"},
	[GX_DOCKER_COMMAND_DENIED] = {400, 0,
				      "failed to create task for container: " RUNC "error during container init: "
				      "exec: \"%O\": permission denied",
				      RUNC "exec: \"%O\": permission denied: unknown"},
	[GX_DOCKER_NETWORK_NOT_FOUND] = {404, 0, "failed to set up container networking: network %O not found",
					 "network %O not found"},
	[GX_DOCKER_USER_NOT_FOUND] = {500, 0, "unable to find user %O: no matching entries in passwd file", NULL},
	[GX_DOCKER_REMOVAL_IN_PROGRESS] = {409, 0, "removal of container %N is already in progress", NULL},
	[GX_DOCKER_REMOVE_RUNNING] =
		{409, 0,
		 "cannot remove container \"%N\": container is running: stop the container before removing "
		 "or force remove",
		 "You cannot remove a running container %I. Stop the container before attempting removal or "
		 "force remove"},
	[GX_DOCKER_REMOVE_RESTARTING] =
		{409, 0,
		 "cannot remove container \"%N\": container is restarting: stop the container before "
		 "removing or force remove",
		 "You cannot remove a restarting container %I. Stop the container before attempting "
		 "removal or force remove"},
	[GX_DOCKER_REMOVE_PAUSED] =
		{409, 0, "cannot remove container \"%N\": container is paused and must be unpaused first",
		 "You cannot remove a paused container %I. Unpause and then stop the container before "
		 "attempting removal or force remove"},
	[GX_DOCKER_REMOVE_FAILED] =
		{500, 0,
		 "cannot remove container \"%N\": unable to remove filesystem: unlinkat "
		 "/var/lib/docker/containers/%I/%O: operation not permitted",
		 "unable to remove filesystem for %I: unlinkat /var/lib/docker/containers/%I/%O: operation "
		 "not permitted"},
	[GX_DOCKER_REMOVE_TROUBLE] =
		{0, 0,
		 "unable to remove filesystem: unlinkat /var/lib/docker/containers/%I/%O: operation not "
		 "permitted",
		 "unable to remove filesystem for %I: unlinkat /var/lib/docker/containers/%I/%O: operation "
		 "not permitted"},
	[GX_DOCKER_KILL_NOT_RUNNING] = {409, 0, "cannot kill container: %N: container %I is not running",
					"Cannot kill container: %N: Container %I is not running"},
	[GX_DOCKER_KILL_INVALID_SIGNAL] = {400, 0, "cannot kill container: %N: invalid signal: %D",
					   "Invalid signal: %D"},
	[GX_DOCKER_KILL_UNSUPPORTED_SIGNAL] =
		{400, 500, "cannot kill container: %N: the linux daemon does not support signal %D",
		 "Cannot kill container: %N: The linux daemon does not support signal %D"},
	[GX_DOCKER_NOT_RUNNING] = {409, 0, "container %I is not running", "Container %I is not running"},
	[GX_DOCKER_ALREADY_PAUSED] = {409, 0, "Container %I is already paused", NULL},
	[GX_DOCKER_IS_RESTARTING] = {409, 0, "Container %I is restarting, wait until the container is running", NULL},
	[GX_DOCKER_NOT_PAUSED] = {500, 0, "Container %I is not paused", NULL},
	[GX_DOCKER_EXEC_PAUSED] = {409, 0, "Container %N is paused, unpause the container before exec", NULL},
	[GX_DOCKER_RENAME_IN_USE] = {409, 0, "Error when allocating new name: " NAME_IN_USE("%R"), NULL},
	[GX_DOCKER_RENAME_INVALID] = {400, 0,
				      "Error when allocating new name: Invalid container name (/%R), only "
				      "[a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
				      NULL},
	[GX_DOCKER_RENAME_EMPTY] = {400, 0, "Neither old nor new names may be empty", NULL},
	[GX_DOCKER_RENAME_SAME] = {400, 0, "Renaming a container with the same name as its current name", NULL},
	[GX_DOCKER_RENAME_SANDBOX] = {404, 0, "sandbox %S not found", NULL},
	[GX_DOCKER_NO_FILE] = {404, 0, "Could not find the file /configs in container %N", NULL},
	[GX_DOCKER_VOLUME_IN_USE] = {409, 0, "remove %O: volume is in use - [%I]", NULL},
	[GX_DOCKER_NO_SUCH_VOLUME] = {404, 0, "get %O: no such volume", NULL},
	[GX_DOCKER_VOLUME_BAD_NAME] =
		{400, 0,
		 "create %O: \"%O\" includes invalid characters for a local volume name, only "
		 "\"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use "
		 "absolute path",
		 NULL},
	[GX_DOCKER_VOLUME_SHORT_NAME] =
		{400, 0,
		 "create %O: volume name is too short, names should be at least two alphanumeric "
		 "characters",
		 NULL},
	[GX_DOCKER_WAITED] = {200, 0, "{%E\"StatusCode\":%D}\n", NULL},
	[GX_DOCKER_CONTAINERS_FULL] = {500, 0, "the fake engine is full: it holds no more containers than it has",
				       NULL},
	[GX_DOCKER_VOLUMES_FULL] = {500, 0, "the fake engine is full: it holds no more volumes than it has", NULL},
	[GX_DOCKER_IMAGES_FULL] = {500, 0, "the fake engine is full: it holds no more images than it has", NULL},
	[GX_DOCKER_FAULT] = {0, 0, "a fault of the scenario", NULL},
};

unsigned gx_docker_code_status(enum gx_docker_code code, enum gx_docker_version version)
{
	const struct text *text = &texts[code];

	return version == GX_DOCKER_E20 && text->status_e20 ? text->status_e20 : text->status;
}

static const char *template_of(unsigned code, enum gx_docker_version version)
{
	const struct text *text = &texts[code < GX_DOCKER_CODES ? code : GX_DOCKER_SAID_NOTHING];

	return version == GX_DOCKER_E20 && text->text_e20 ? text->text_e20 : text->text;
}

const char *gx_docker_status_name(enum gx_docker_status status)
{
	static const char *const names[] = {"absent",     "created",  "running", "paused",
					    "restarting", "removing", "exited",  "dead"};

	return (unsigned)status < sizeof(names) / sizeof(*names) ? names[status] : "?";
}

/* A text that is being written: counts on when it is full, like snprintf. */
struct writer {
	char *text;
	size_t size;
	size_t length;
	bool json; /* escape, as inside a JSON string */
};

static void put_char(struct writer *w, char c)
{
	if (w->json && (c == '"' || c == '\\')) {
		w->json = false;
		put_char(w, '\\');
		w->json = true;
	}
	if (w->length + 1 < w->size)
		w->text[w->length] = c;
	w->length++;
}

static void put(struct writer *w, const char *text)
{
	while (*text)
		put_char(w, *text++);
}

static void put_id(struct writer *w, uint64_t id)
{
	char hex[GX_DOCKER_HEX_BYTES];

	gx_docker_hex(id, hex);
	put(w, hex);
}

static void put_given(struct writer *w, const struct gx_docker_answer *answer)
{
	if (answer->name)
		put(w, gx_docker_name(answer->name));
	else
		put_id(w, answer->container);
}

static void put_image(struct writer *w, const char *image)
{
	const char *slash = strrchr(image, '/');

	put(w, image);
	if (!strpbrk(slash ? slash : image, ":@"))
		put(w, ":latest");
}

static void put_number(struct writer *w, unsigned number)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%u", number);
	put(w, digits);
}

static void put_template(struct writer *w, const struct gx_docker_answer *answer, enum gx_docker_version version,
			 const char *template);

/* E20 says `"Error":null` where E28 says nothing. */
static void put_error(struct writer *w, const struct gx_docker_answer *answer, enum gx_docker_version version)
{
	if (answer->cause) {
		put(w, "\"Error\":{\"Message\":\"");
		w->json = true;
		put_template(w, answer, version, template_of(answer->cause, version));
		w->json = false;
		put(w, "\"},");
	} else if (version == GX_DOCKER_E20) {
		put(w, "\"Error\":null,");
	}
}

static void put_field(struct writer *w, const struct gx_docker_answer *answer, enum gx_docker_version version,
		      char field)
{
	switch (field) {
	case 'N':
		put_given(w, answer);
		break;
	case 'P':
		put(w, gx_docker_name(gx_docker_name_plain(answer->name)));
		break;
	case 'R':
		put(w, gx_docker_name(gx_docker_name_plain(answer->other)));
		break;
	case 'I':
		put_id(w, answer->container);
		break;
	case 'S':
		put_id(w, ~answer->container);
		break;
	case 'O':
		put(w, gx_docker_name(answer->other));
		break;
	case 'L':
		put_image(w, gx_docker_name(answer->other));
		break;
	case 'D':
		put_number(w, answer->number);
		break;
	case 'E':
		put_error(w, answer, version);
		break;
	}
}

static void put_template(struct writer *w, const struct gx_docker_answer *answer, enum gx_docker_version version,
			 const char *template)
{
	for (; *template; template ++) {
		if (*template == '%')
			put_field(w, answer, version, *++template);
		else
			put_char(w, *template);
	}
}

size_t gx_docker_message(const struct gx_docker_answer *answer, enum gx_docker_version version, char *text, size_t size)
{
	struct writer w = {.text = text, .size = size};

	put_template(&w, answer, version, template_of(answer->message, version));
	if (size)
		text[w.length < size ? w.length : size - 1] = '\0';
	return w.length;
}

bool gx_docker_says_gone(const struct gx_docker_answer *answer)
{
	switch (answer->message) {
	case GX_DOCKER_NO_SUCH_CONTAINER:
	case GX_DOCKER_KILL_NO_SUCH_CONTAINER:
	case GX_DOCKER_NETWORK_NOT_FOUND:
	case GX_DOCKER_RENAME_SANDBOX:
		return true;
	default:
		return false;
	}
}

bool gx_docker_says_removing(const struct gx_docker_answer *answer)
{
	return answer->message == GX_DOCKER_REMOVAL_IN_PROGRESS;
}

bool gx_docker_says_image_missing(const struct gx_docker_answer *answer)
{
	return answer->message == GX_DOCKER_NO_SUCH_IMAGE || answer->message == GX_DOCKER_IMAGE_UNKNOWN;
}

struct gx_docker_answer gx_docker_answer_of(const struct gx_event *event)
{
	return (struct gx_docker_answer){
		.status = event->extra,
		.message = (uint16_t)event->object,
		.name = (uint16_t)(event->object >> 16),
		.other = (uint16_t)(event->object >> 32),
		.number = (uint16_t)(event->object >> 48),
		.container = event->value,
	};
}
