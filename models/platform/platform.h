/*
 * platform.h - the service's shared state: workspace rows, tokens, secrets, caches; each access a point of its own.
 *
 *     workspaces.status, url      ─ row          (domain.md section 1)
 *     workspace_auth_tokens       ─ tokens       hashes only: a token is known by its number
 *     workspace_secrets           ─ secrets      a version, counted up by each acknowledged write
 *     Redis ws:<id>, ws:<id>:url  ─ keys, url cache
 *
 * The functions are called from controlled tasks. Each reaches its point first and acts then, so that the scheduler sees what
 * a task is about to touch. They know nothing of gates, requests or containers: a `request` is a number that goes into the facts.
 */
#ifndef GX_PLATFORM_H
#define GX_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

#include "facts/facts.h"

#define GX_TOKENS_MAX 6

/* A token minted for a client, not by a provision; one of core#1644's later kinds, here only to tell them apart. */
#define GX_TOKEN_CLIENT (1ull << 63)
/* A token that REG minted for a container because none was live. */
#define GX_TOKEN_BOOTSTRAP (1ull << 62)

struct gx_workspace {
	uint8_t status;     /* enum gx_row_status */
	uint8_t backend;    /* 1: Docker, 0: none */
	uint8_t url;        /* workspaces.url is not empty */
	uint8_t url_cached; /* Redis ws:<id>:url; the internal url's cache is written and cleared with it */
	uint8_t alive;      /* Redis ws:<id>, the liveness key */
	uint8_t token_count;
	uint16_t secrets;               /* version */
	uint64_t tokens[GX_TOKENS_MAX]; /* live ones, ascending, so that equal sets are equal bytes */
};

/* Labels of the ops. */
enum gx_platform_label {
	GX_L_ROW_READ = GX_LABELS_SERVICE + 64, /* SELECT status, url */
	GX_L_ROW_WRITE,                         /* UPDATE status (and url) */
	GX_L_ROW_URL,                           /* UPDATE url: P15 */
	GX_L_ROW_INSERT,                        /* A19 */
	GX_L_ROW_INBOUND,                       /* P6: platform_inbound_secret */
	GX_L_ROW_HEARTBEAT,                     /* HB's UPDATE */
	GX_L_ROW_REGISTER,                      /* REG's upsert */
	GX_L_EVENT_INSERT,                      /* structure events; FAIL's first statement */
	GX_L_TOKENS_READ,                       /* the token gate of REG, HB, a client's request */
	GX_L_TOKEN_REVOKE,                      /* P3 */
	GX_L_TOKEN_MINT,                        /* P4, REG's bootstrap, a client's */
	GX_L_SECRETS_READ,                      /* P1 */
	GX_L_SECRETS_WRITE,                     /* A4 */
	GX_L_KEYS_CLEAR,                        /* ClearWorkspaceKeys */
	GX_L_KEYS_ALIVE,                        /* set or refresh the liveness key */
	GX_L_URL_CACHE,                         /* P15: cache url and internal url */
	GX_L_PLATFORM_END
};
void gx_platform_register(void);

/* Objects of the ops: (cell << 32 | workspace), so that dependence is per cell and workspace. */
enum gx_cell { GX_CELL_ROW = 0x101, GX_CELL_TOKENS, GX_CELL_SECRETS, GX_CELL_KEYS, GX_CELL_SERVER };
static inline uint64_t gx_cell(enum gx_cell cell, unsigned workspace)
{
	return (uint64_t)cell << 32 | workspace;
}

/* One word for what a restart reads before it decides. */
enum gx_row_status gx_row_read(const struct gx_workspace *w, unsigned index);
/* status = ..., url = '' if `clear_url`. Emits GX_F_ROW_STATUS. */
void gx_row_write(struct gx_workspace *w, unsigned index, enum gx_row_status status, bool clear_url);
void gx_row_insert(struct gx_workspace *w, unsigned index);
void gx_row_inbound(unsigned index);
void gx_row_url(struct gx_workspace *w, unsigned index);
void gx_url_cache(struct gx_workspace *w, unsigned index);
/* REG: upsert status='online' WHERE status not in (removed, paused, hibernated). */
void gx_row_register(struct gx_workspace *w, unsigned index);
/* HB: WHERE status != 'removed'; provisioning, offline, degraded and failed become online. */
void gx_row_heartbeat(struct gx_workspace *w, unsigned index);
void gx_event_insert(unsigned index);

/* The token gate: true if nothing is live, or `token` is. */
bool gx_tokens_admit(const struct gx_workspace *w, unsigned index, uint64_t token);
bool gx_tokens_any(const struct gx_workspace *w, unsigned index);
/* P3: revoke everything live (all kinds before core#1644). `request` 0: not by a provision. */
void gx_tokens_revoke(struct gx_workspace *w, unsigned index, unsigned request);
/* P4: insert a token and return it; 0 if the statement failed (the table is full). */
uint64_t gx_tokens_mint(struct gx_workspace *w, unsigned index, unsigned request, uint64_t kind);

uint16_t gx_secrets_read(const struct gx_workspace *w, unsigned index, unsigned request);
void gx_secrets_write(struct gx_workspace *w, unsigned index, unsigned request);
void gx_keys_clear(struct gx_workspace *w, unsigned index);
void gx_keys_alive(struct gx_workspace *w, unsigned index);

#endif
