/*
 * loading.h - a plugin's code outside of tasks: its constructors, gx_gate_plugin(), its destructors.
 *
 *     begin ─ dlopen() ─ gx_gate_plugin() ─ end ─► what it allocated: into each new world, with its static data
 *
 * It runs once and before all executions, and what it leaves behind is what they begin with. So it is held to what tasks are held to: its
 * memory is the world's (gx_arena_alloc_loading()), the clock shows the beginning of time, nothing waits, what it prints goes nowhere,
 * what it wants to have called at the end of the process is not. The loader itself, which runs in between, has libc's allocator.
 */
#ifndef GX_POSIX_LOADING_H
#define GX_POSIX_LOADING_H

#include <stdbool.h>
#include <stddef.h>

/* Before the first begin for a plugin: forget what others have left. */
void gx_posix_loading_clear(void);

/* Around each call of the plugin's code. Not nested; main thread only. */
void gx_posix_loading_begin(void);
void gx_posix_loading_end(void);

/* Since the last clear: the plugin has looked at the clock; what it asked for that cannot be had, or NULL. */
bool gx_posix_loading_saw_time(void);
const char *gx_posix_loading_refused(void);

/* For a set-up: time counts from here, where the plugin has seen it begin. */
void gx_posix_show_time(void);

/*
 * What libc and the libraries of a language do on their first use only (time zones, tables of the unwinder, ...), done now: in the first of
 * many executions it would be memory of a task's that they keep. Before the first plugin; again is nothing new.
 */
void gx_posix_warm_up(void);

/* Once libstdc++ is there: where std::call_once() keeps its words. */
void gx_posix_find_call_once(void);

/*
 * Static data of libc's that calls read and change, and that lies here instead (rand(), strtok(), ...): it belongs to the world of whoever
 * calls them.
 */
void *gx_posix_statics(unsigned long *size);

/*
 * Thread-local variables of an object: its number among those that have some, as the loader counts, and with what they begin. The bytes belong
 * to whoever loaded it.
 */
struct gx_thread_local {
	size_t module;
	const void *initial;
	size_t initial_bytes;
	size_t bytes; /* all of them: those behind the initial ones are zero */
	size_t alignment;
};
/* Before the tasks of a program are made: forget those of another; then each of its objects. False: no room. */
void gx_posix_tls_clear(void);
bool gx_posix_tls_add(const struct gx_thread_local *image);

#endif
