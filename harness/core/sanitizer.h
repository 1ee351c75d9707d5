/*
 * sanitizer.h - what ASan has to be told about stacks that are switched, abandoned and restored.
 *
 * ASan keeps one shadow byte per 8 bytes of memory. A stack that is put back to an earlier state needs the shadow of that
 * state too, or the redzones of frames that no longer exist would accuse the ones that do. So in ASan builds a saved stack
 * carries its shadow with it (snapshot.c, track.c), and the exhaustive search stays on.
 */
#ifndef GX_CORE_SANITIZER_H
#define GX_CORE_SANITIZER_H

#include <stddef.h>
#include <stdint.h>

#if defined(__SANITIZE_ADDRESS__)
#define GX_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GX_ASAN 1
#endif
#endif

#ifndef GX_ASAN
#define GX_ASAN 0
#endif

#if defined(__SANITIZE_THREAD__)
#define GX_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GX_TSAN 1
#endif
#endif

#ifndef GX_TSAN
#define GX_TSAN 0
#endif

#if GX_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

/* Bounds of the thread's own stack, where the scheduler runs; a task learns them when it is switched to. task.c */
extern const void *gx_scheduler_bottom;
extern size_t gx_scheduler_size;

#define GX_NO_ASAN __attribute__((no_sanitize("address")))
/* x86-64 Linux: AddressSanitizerAlgorithm, "64-bit" mapping. */
#define GX_ASAN_SHADOW(address) ((unsigned char *)(((uintptr_t)(address) >> 3) + 0x7fff8000u))
#else
#define GX_NO_ASAN
#endif

#endif
