/*
 * fcontext.h - boost.context's assembly, which has C linkage but no C header.
 *
 * A context is a stack pointer: jump_fcontext() pushes the callee-saved registers, stores where it stands and pops those of
 * the target (about 6 ns, against 225 ns for swapcontext, which makes a system call for the signal mask).
 */
#ifndef GX_CORE_FCONTEXT_H
#define GX_CORE_FCONTEXT_H

#include <stddef.h>

typedef void *gx_fcontext;

struct gx_transfer {
	gx_fcontext from; /* the context that jumped here; invalid once it has been jumped to again */
	void *data;
};

struct gx_transfer jump_fcontext(gx_fcontext to, void *data);
gx_fcontext make_fcontext(void *stack_top, size_t size, void (*entry)(struct gx_transfer));

#endif
