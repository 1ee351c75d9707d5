#include "platform/platform.h"

#include <string.h>

#include "core/task.h"

static const char *const names[] = {
	"row.read",      "row.write",    "row.url",     "row.insert",   "row.inbound", "row.heartbeat",
	"row.register",  "event.insert", "tokens.read", "token.revoke", "token.mint",  "secrets.read",
	"secrets.write", "keys.clear",   "keys.alive",  "url.cache",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == GX_L_PLATFORM_END - GX_L_ROW_READ, "every label has a name");

void gx_platform_register(void)
{
	gx_labels_register(GX_L_ROW_READ, names, GX_L_PLATFORM_END - GX_L_ROW_READ);
}

static void reads(uint16_t label, enum gx_cell cell, unsigned index)
{
	gx_point_simple(label, GX_READ, gx_cell(cell, index));
}

static void writes(uint16_t label, enum gx_cell cell, unsigned index)
{
	gx_point_simple(label, GX_READ | GX_WRITE, gx_cell(cell, index));
}

enum gx_row_status gx_row_read(const struct gx_workspace *w, unsigned index)
{
	reads(GX_L_ROW_READ, GX_CELL_ROW, index);
	return (enum gx_row_status)w->status;
}

static void set_status(struct gx_workspace *w, unsigned index, enum gx_row_status status)
{
	w->status = (uint8_t)status;
	gx_emit(GX_F_ROW_STATUS, index, (uint64_t)status);
}

void gx_row_write(struct gx_workspace *w, unsigned index, enum gx_row_status status, bool clear_url)
{
	writes(GX_L_ROW_WRITE, GX_CELL_ROW, index);
	if (clear_url)
		w->url = 0;
	set_status(w, index, status);
}

void gx_row_insert(struct gx_workspace *w, unsigned index)
{
	writes(GX_L_ROW_INSERT, GX_CELL_ROW, index);
	set_status(w, index, GX_ROW_PROVISIONING);
}

void gx_row_inbound(unsigned index)
{
	/* The column is overwritten and read by nobody in this model: only the access counts. */
	writes(GX_L_ROW_INBOUND, GX_CELL_ROW, index);
}

void gx_row_url(struct gx_workspace *w, unsigned index)
{
	writes(GX_L_ROW_URL, GX_CELL_ROW, index);
	w->url = 1;
}

void gx_url_cache(struct gx_workspace *w, unsigned index)
{
	writes(GX_L_URL_CACHE, GX_CELL_KEYS, index);
	w->url_cached = 1;
}

void gx_row_register(struct gx_workspace *w, unsigned index)
{
	writes(GX_L_ROW_REGISTER, GX_CELL_ROW, index);
	if (w->status == GX_ROW_REMOVED || w->status == GX_ROW_PAUSED || w->status == GX_ROW_HIBERNATED)
		return;
	w->url = 1;
	set_status(w, index, GX_ROW_ONLINE);
}

void gx_row_heartbeat(struct gx_workspace *w, unsigned index)
{
	writes(GX_L_ROW_HEARTBEAT, GX_CELL_ROW, index);
	if (w->status == GX_ROW_PROVISIONING || w->status == GX_ROW_OFFLINE || w->status == GX_ROW_DEGRADED ||
	    w->status == GX_ROW_FAILED)
		set_status(w, index, GX_ROW_ONLINE);
}

void gx_event_insert(unsigned index)
{
	writes(GX_L_EVENT_INSERT, GX_CELL_ROW, index);
}

static bool is_live(const struct gx_workspace *w, uint64_t token)
{
	for (unsigned i = 0; i < w->token_count; i++)
		if (w->tokens[i] == token)
			return true;
	return false;
}

bool gx_tokens_admit(const struct gx_workspace *w, unsigned index, uint64_t token)
{
	reads(GX_L_TOKENS_READ, GX_CELL_TOKENS, index);
	return !w->token_count || is_live(w, token);
}

bool gx_tokens_any(const struct gx_workspace *w, unsigned index)
{
	reads(GX_L_TOKENS_READ, GX_CELL_TOKENS, index);
	return w->token_count > 0;
}

void gx_tokens_revoke(struct gx_workspace *w, unsigned index, unsigned request)
{
	unsigned count;

	writes(GX_L_TOKEN_REVOKE, GX_CELL_TOKENS, index);
	count = w->token_count;
	memset(w->tokens, 0, sizeof(w->tokens));
	w->token_count = 0;
	gx_emit_extra(GX_F_TOKEN_REVOKE, (uint16_t)request, index, count);
}

uint64_t gx_tokens_mint(struct gx_workspace *w, unsigned index, unsigned request, uint64_t kind)
{
	uint64_t token;
	unsigned at;

	writes(GX_L_TOKEN_MINT, GX_CELL_TOKENS, index);
	if (w->token_count == GX_TOKENS_MAX)
		return 0;
	token = gx_task_serial() | kind;
	for (at = w->token_count; at > 0 && w->tokens[at - 1] > token; at--)
		w->tokens[at] = w->tokens[at - 1];
	w->tokens[at] = token;
	w->token_count++;
	gx_emit_extra(GX_F_TOKEN_MINT, (uint16_t)request, index, token);
	return token;
}

uint16_t gx_secrets_read(const struct gx_workspace *w, unsigned index, unsigned request)
{
	reads(GX_L_SECRETS_READ, GX_CELL_SECRETS, index);
	gx_emit_extra(GX_F_SECRET_READ, (uint16_t)request, index, w->secrets);
	return w->secrets;
}

void gx_secrets_write(struct gx_workspace *w, unsigned index, unsigned request)
{
	writes(GX_L_SECRETS_WRITE, GX_CELL_SECRETS, index);
	w->secrets++;
	gx_emit_extra(GX_F_SECRET_WRITE, (uint16_t)request, index, w->secrets);
}

void gx_keys_clear(struct gx_workspace *w, unsigned index)
{
	writes(GX_L_KEYS_CLEAR, GX_CELL_KEYS, index);
	w->alive = 0;
	w->url_cached = 0;
}

void gx_keys_alive(struct gx_workspace *w, unsigned index)
{
	writes(GX_L_KEYS_ALIVE, GX_CELL_KEYS, index);
	w->alive = 1;
	w->url_cached = 1;
}
