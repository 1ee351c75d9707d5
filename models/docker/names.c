#include "docker/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/status.h"

struct name {
	char *text;
	uint16_t plain;
	uint16_t leader;
	bool valid;
};

/* By number; [0] is "no name". Grows during set-up, only read while executions run. */
static struct name *names;
static unsigned count;
static unsigned capacity;

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool follows_pattern(const char *text)
{
	size_t length = strlen(text);

	if (length < 2 || !is_alphanumeric(text[0]))
		return false;
	for (size_t i = 1; i < length; i++)
		if (!is_alphanumeric(text[i]) && !strchr("_.-", text[i]))
			return false;
	return true;
}

static uint16_t find(const char *text)
{
	for (unsigned i = 1; i < count; i++)
		if (strcmp(names[i].text, text) == 0)
			return (uint16_t)i;
	return GX_DOCKER_NO_NAME;
}

static bool grow(void)
{
	unsigned wanted = capacity ? capacity * 2 : 64;
	struct name *grown = realloc(names, wanted * sizeof(*names));

	if (!grown)
		return false;
	names = grown;
	capacity = wanted;
	if (!count)
		names[count++] = (struct name){.text = NULL};
	return true;
}

uint16_t gx_docker_intern(const char *text)
{
	uint16_t plain = GX_DOCKER_NO_NAME;
	uint16_t number;
	char *copy;

	if (!text || !*text)
		return GX_DOCKER_NO_NAME;
	number = find(text);
	if (number)
		return number;
	if (text[0] == '/' && text[1] && text[1] != '/')
		plain = gx_docker_intern(text + 1);
	if (count >= UINT16_MAX || (count == capacity && !grow()))
		return GX_DOCKER_NO_NAME;
	copy = strdup(text);
	if (!copy)
		return GX_DOCKER_NO_NAME;
	number = (uint16_t)count++;
	names[number] = (struct name){
		.text = copy,
		.plain = plain ? plain : number,
		.leader = plain ? names[plain].leader : number,
		.valid = follows_pattern(plain ? names[plain].text : copy),
	};
	return number;
}

uint16_t gx_docker_intern_with(uint16_t leader, const char *text)
{
	uint16_t name = gx_docker_intern(text);

	GX_ASSERT(leader < count || !leader);
	if (name && leader) {
		names[name].leader = names[leader].leader;
		names[names[name].plain].leader = names[leader].leader;
	}
	return name;
}

void gx_docker_forget_names(void)
{
	for (unsigned i = 1; i < count; i++)
		free(names[i].text);
	free(names);
	names = NULL;
	count = 0;
	capacity = 0;
}

const char *gx_docker_name(uint16_t name)
{
	return name && name < count ? names[name].text : "";
}

uint16_t gx_docker_name_plain(uint16_t name)
{
	return name < count ? names[name].plain : GX_DOCKER_NO_NAME;
}

bool gx_docker_name_is_valid(uint16_t name)
{
	return name < count && names[name].valid;
}

uint16_t gx_docker_name_leader(uint16_t name)
{
	return name < count ? names[name].leader : GX_DOCKER_NO_NAME;
}

/* splitmix64's finaliser: a bijection, so the first 16 digits alone tell two ids apart. */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ull;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

void gx_docker_hex(uint64_t container, char out[GX_DOCKER_HEX_BYTES])
{
	for (unsigned i = 0; i < 4; i++)
		snprintf(out + (size_t)i * 16, 17, "%016llx",
			 (unsigned long long)mix(container + i * 0x9e3779b97f4a7c15ull));
}
