/* Property: whatever parses as a repro line prints to a line that parses to the same repro, and prints the same again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "explore/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_same(const struct gx_repro *a, const struct gx_repro *b)
{
	GX_ASSERT(!strcmp(a->scenario, b->scenario));
	GX_ASSERT(!strcmp(a->gate, b->gate));
	GX_ASSERT(a->run_count == b->run_count);
	for (uint32_t i = 0; i < a->run_count; i++) {
		GX_ASSERT(!memcmp(&a->runs[i].choice, &b->runs[i].choice, sizeof(a->runs[i].choice)));
		GX_ASSERT(a->runs[i].steps == b->runs[i].steps);
		GX_ASSERT(a->runs[i].check == b->runs[i].check);
	}
	GX_ASSERT(a->steps == b->steps);
	GX_ASSERT(a->hash == b->hash);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1); /* of exactly this size: reading past its end is noticed */
	struct gx_repro first;
	struct gx_repro second;
	struct gx_error err = {""};

	GX_ASSERT(line);
	if (size)
		memcpy(line, data, size);
	line[size] = 0;
	if (gx_repro_parse(&first, line, &err) == GX_OK) {
		char *printed = gx_repro_print(&first);
		char *again;

		GX_ASSERT(gx_repro_parse(&second, printed, &err) == GX_OK);
		assert_same(&first, &second);
		again = gx_repro_print(&second);
		GX_ASSERT(!strcmp(printed, again));
		free(again);
		free(printed);
		gx_repro_release(&second);
		gx_repro_release(&first);
	} else {
		GX_ASSERT(err.text[0]);
		GX_ASSERT(!first.runs);
	}
	free(line);
	return 0;
}
