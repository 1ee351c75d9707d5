/*
 * plugin.h - gates from outside: a shared object built from one C file against harness/include.
 *
 *     file ─► is it one? ─► tried in a child ─► dlopen() at its place ─► calls, gate, static data looked at ─► struct gx_gate
 *
 * Whatever is wrong with the file is one line and GX_EINPUT. Loading runs the plugin's constructors and its gx_gate_plugin(), so it
 * is tried in a child process first: a plugin that crashes, hangs or exits there does not take the harness with it, and leaves nothing
 * behind.
 *
 * The plugin's static data belongs to the world, and so does that of the libraries that it needs, libstdc++ included, and what they have
 * allocated by then: segments and heap are put into each set-up as they were when the plugin was loaded (posix/loading.h).
 * Its thread-local variables are each task's own (posix/tls.c). What cannot be modelled is refused: calls of what waits, works on the process,
 * or keeps what no execution resets (calls.c).
 */
#ifndef GX_MODULE_PLUGIN_H
#define GX_MODULE_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"
#include "gatecrash/gate.h"

struct gx_plugin;

/* Load `path` (a path, not searched for). On GX_OK the caller owns *out; the gate lives as long. Main thread only. */
enum gx_status gx_plugin_load(struct gx_plugin **out, const char *path, struct gx_error *err) GX_MUST_USE;
void gx_plugin_free(struct gx_plugin *plugin);

const struct gx_gate *gx_plugin_gate(const struct gx_plugin *plugin);

/* Whether it was compiled with -fsanitize=thread; whether it asks for locks without waiting for them. For gx_races_watch(). */
bool gx_plugin_is_instrumented(const struct gx_plugin *plugin);
bool gx_plugin_tries(const struct gx_plugin *plugin);

/* What accesses memory and is not watched all the same, in words; `more`: and others. They live as long as the plugin. */
size_t gx_plugin_unwatched(const struct gx_plugin *plugin, const char *const **what, bool *more);

/* For a set-up: put the static data back to what it was after loading, and add it to the world. `plugin` is a struct gx_plugin. */
enum gx_status gx_plugin_adopt(void *plugin, struct gx_error *err) GX_MUST_USE;

#endif
