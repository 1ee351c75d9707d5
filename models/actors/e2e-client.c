/* The e2e script's client: it was given a bearer when it made the workspace, and polls with it (S9). */
#include "actors/internal.h"
#include "service/service.h"

enum { POLLS = 2 };

static void act(const struct gx_acting *a)
{
	uint64_t bearer = gx_tokens_mint(a->row, a->index, 0, GX_TOKEN_CLIENT);

	for (unsigned i = 0; bearer && i < POLLS; i++) {
		if (!gx_tokens_admit(a->row, a->index, bearer))
			gx_emit(GX_F_CLIENT_401, a->index, bearer);
		gx_scrub_stack(); /* what it was answered makes no difference to the next poll */
	}
}

const struct gx_actor_row gx_actor_e2e_client = {
	.name = "e2e-client",
	.summary = "gets a bearer of its own and polls with it; sends no request to the gate",
	.act = act,
};
