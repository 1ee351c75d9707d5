/*
 * mark.h - coverage marks: a test that expects silence says which branch has to have been reached.
 *
 *     if (maker == remover) {
 *             GX_MARK("victim-killed: by its own request");      in the code, beside the innocent branch
 *             return;
 *     }
 *
 *     gx_marks_clear();                                          in the test of the near miss
 *     ...
 *     assert_true(gx_mark_hits("victim-killed: by its own request"));
 *
 * Without it a near miss that never came near its subject would pass as well ("Coverage marks", TigerBeetle's testing/marks.zig). A mark
 * costs one increment, reaches no decision, and is no part of the world. Main thread only.
 */
#ifndef GX_CORE_MARK_H
#define GX_CORE_MARK_H

struct gx_mark_place {
	const char *name;
	unsigned hits;
};

/* The linker collects the places of all files in one section and names its ends. */
#define GX_MARK(text)                                                                                        \
	do {                                                                                                 \
		static struct gx_mark_place place_ __attribute__((section("gx_marks"), used)) = {(text), 0}; \
		place_.hits++;                                                                               \
	} while (0)

/* Forget all hits. */
void gx_marks_clear(void);

/* How often the places with this name were reached since then; a name that no place has is a bug of the test. */
unsigned gx_mark_hits(const char *name);

#endif
