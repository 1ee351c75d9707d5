#include "story/topics.h"

#include "access/labels.h"
#include "docker/engine.h"
#include "facts/facts.h"
#include "gatecrash/gate.h"
#include "platform/platform.h"
#include "posix/posix.h"
#include "rules/rules.h"
#include "service/labels.h"

static unsigned topics_of_label(unsigned label)
{
	switch (label) {
	case GX_L_TOKEN_REVOKE:
	case GX_L_TOKEN_MINT:
	case GX_L_DOCKER_VOLUME_WRITE:
	case GX_L_DOCKER_ARCHIVE_GET:
		return GX_TOPIC_TOKENS;
	case GX_L_DOCKER_ARCHIVE_PUT:
		return GX_TOPIC_TOKENS | GX_TOPIC_NAMES;
	case GX_L_DOCKER_CREATE_RESERVE:
	case GX_L_DOCKER_CREATE_REGISTER:
	case GX_L_DOCKER_REMOVE_MARK:
	case GX_L_DOCKER_REMOVE_RELEASE:
	case GX_L_DOCKER_START:
		return GX_TOPIC_NAMES;
	case GX_L_ROW_WRITE:
	case GX_L_ROW_REGISTER:
	case GX_L_ROW_HEARTBEAT:
	case GX_L_ROW_INSERT:
	case GX_L_ROW_URL:
		return GX_TOPIC_ROWS;
	case GX_L_SECRETS_READ:
	case GX_L_SECRETS_WRITE:
		return GX_TOPIC_SECRETS;
	case GX_L_SERVER_STOP:
	case GX_L_SERVER_DRAIN:
		return GX_TOPIC_SERVER;
	default:
		return label >= GX_LABELS_POSIX && label < GX_L_POSIX_END ? GX_TOPIC_LOCKS : 0;
	}
}

static unsigned topics_of_facts(const struct gx_event *events, unsigned count)
{
	unsigned topics = 0;

	for (unsigned i = 1; i < count; i++) {
		unsigned label = events[i].label;

		/* What the trial says at rest is in the last step by chance. */
		if (events[i].task != events[0].task)
			continue;
		if (label == GX_F_LEG_BEGIN || label == GX_F_LEG_END || label == GX_F_NOTE || label == GX_L_PRINT ||
		    label == GX_F_MISUSE || label == GX_L_TASK_CRASH || label == GX_L_TASK_HANG ||
		    label == GX_L_TASK_SYSCALL || label == GX_L_DATA_RACE || label == GX_L_MEMORY_ERROR ||
		    label == GX_F_CLIENT_401 || (label == GX_F_ANSWER && events[i].value != GX_RAN))
			topics |= GX_TOPIC_LEGS;
		if (label == GX_F_CONTAINER_401)
			topics |= GX_TOPIC_TOKENS;
		if (label == GX_L_POSIX_DESTROY)
			topics |= GX_TOPIC_LOCKS;
		if (label == GX_F_PROBE_RESULT)
			topics |= GX_TOPIC_PROBES;
	}
	return topics;
}

unsigned gx_topics_of_step(const struct gx_event *events, unsigned count)
{
	return topics_of_label(events[0].label) | topics_of_facts(events, count);
}
