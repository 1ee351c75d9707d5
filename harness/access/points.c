#include "access/points.h"

#include <string.h>

#include "core/world.h"

const char *const gx_points_names[GX_POINTS_COUNT] =
	{[GX_POINTS_SYNC] = "sync", [GX_POINTS_ACCESS] = "access", [GX_POINTS_AUTO] = "auto"};

static struct gx_point_places now;
bool gx_points_some;

/* The program that the harness is, and whatever is linked into it, lies where it was linked to lie. */
uint64_t gx_point_place(const void *code)
{
	uint64_t in_plugin = gx_world_code(code);

	return in_plugin ? in_plugin : (uint64_t)(uintptr_t)code;
}

const void *gx_point_code(uint64_t place)
{
	const void *in_plugin = gx_world_code_address(place);

	return in_plugin ? in_plugin : (const void *)(uintptr_t)place;
}

/* Where it is, or would have to be. */
static unsigned find(const struct gx_point_places *places, uint64_t place)
{
	unsigned i = 0;

	while (i < places->count && places->place[i] < place)
		i++;
	return i;
}

static bool is_there(const struct gx_point_places *places, uint64_t place)
{
	unsigned i = find(places, place);

	return i < places->count && places->place[i] == place;
}

bool gx_point_places_add(struct gx_point_places *places, uint64_t place)
{
	unsigned at = find(places, place);

	if (is_there(places, place) || places->which == GX_POINTS_ACCESS)
		return false;
	if (places->count == GX_POINT_PLACES_MAX) {
		places->which = GX_POINTS_ACCESS;
		return true;
	}
	memmove(&places->place[at + 1], &places->place[at], (places->count - at) * sizeof(places->place[0]));
	places->place[at] = place;
	places->count++;
	return true;
}

/* ---- finding them ---- */

enum { FOUND_MAX = 64 };
static struct {
	uintptr_t from;
	uintptr_t to;
} found[FOUND_MAX];
static unsigned found_count;
static struct gx_point_places noted;
static bool is_news;
bool gx_points_noted;

void gx_points_found(uintptr_t at, size_t size)
{
	if (now.which != GX_POINTS_AUTO)
		return;
	for (unsigned i = 0; i < found_count; i++)
		if (found[i].from <= at && found[i].to >= at + size)
			return;
	is_news = true;
	if (found_count == FOUND_MAX) {
		noted.which = GX_POINTS_ACCESS;
	} else {
		found[found_count].from = at;
		found[found_count++].to = at + size;
	}
	gx_points_noted = true;
}

void gx_points_note(uintptr_t at, size_t size, const void *code)
{
	for (unsigned i = 0; i < found_count; i++)
		if (found[i].from < at + size && found[i].to > at && !is_there(&now, gx_point_place(code)))
			is_news |= gx_point_places_add(&noted, gx_point_place(code));
}

bool gx_points_learn(struct gx_point_places *places)
{
	bool news = is_news && places->which == GX_POINTS_AUTO;

	for (unsigned i = 0; i < noted.count && news; i++)
		(void)gx_point_places_add(places, noted.place[i]);
	if (news && noted.which == GX_POINTS_ACCESS)
		places->which = GX_POINTS_ACCESS;
	is_news = false;
	return news;
}

void gx_points_forget(void)
{
	found_count = 0;
	noted = (struct gx_point_places){.which = GX_POINTS_AUTO};
	is_news = false;
	gx_points_noted = false;
}

void gx_points_set(const struct gx_point_places *places)
{
	now = *places;
	gx_points_noted = now.which == GX_POINTS_AUTO && found_count;
	gx_points_some = now.which == GX_POINTS_ACCESS || (now.which == GX_POINTS_AUTO && now.count);
}

const struct gx_point_places *gx_points(void)
{
	return &now;
}

bool gx_points_has(const void *code)
{
	return now.which == GX_POINTS_ACCESS || is_there(&now, gx_point_place(code));
}
