/*
 * gate.c - what a plugin exports: is it a gate? And the line that says why not.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "module/internal.h"

/* What is quoted comes from the file: a line break or an escape sequence in it must not reach the terminal. */
enum gx_status gx_module_refuse(struct gx_error *err, const char *format, ...)
{
	va_list args;

	if (!err)
		return GX_EINPUT;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	for (unsigned char *c = (unsigned char *)err->text; *c; c++)
		if (*c < ' ' || *c == 0x7f)
			*c = '?';
	return GX_EINPUT;
}

static bool name_is_valid(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return length >= 1 && length <= 63 && !name[length];
}

static bool is_one_line(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

enum gx_status gx_module_check_gate(const struct gx_gate *gate, const char *path, struct gx_error *err)
{
	if (!gate)
		return gx_module_refuse(err,
					"%s: gx_gate_plugin() returned NULL; return the address of a struct gx_gate",
					path);
	if (gate->abi != GX_GATE_ABI)
		return gx_module_refuse(
			err,
			"%s: built for gate ABI %u, this gatecrash has ABI %u; set .abi = GX_GATE_ABI and build it against this gatecrash's gate.h",
			path, gate->abi, GX_GATE_ABI);
	if (!gate->name || !name_is_valid(gate->name))
		return gx_module_refuse(err, "%s: the gate's name is %s%.80s%s; it has to be 1 to 63 of a-z, 0-9 and -",
					path, gate->name ? "\"" : "", gate->name ? gate->name : "NULL",
					gate->name ? "\"" : "");
	if (!gate->summary || !is_one_line(gate->summary))
		return gx_module_refuse(err, "%s: the gate's summary %s; it has to be one line of text", path,
					gate->summary ? "has a line break or another control character" : "is NULL");
	if (!gate->open || !gate->close || !gate->handle)
		return gx_module_refuse(err, "%s: the gate's %s is NULL; open, close and handle are all needed", path,
					!gate->open    ? "open"
					: !gate->close ? "close"
						       : "handle");
	return GX_OK;
}
