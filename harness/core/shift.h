/*
 * shift.h - of two states that differ only in what time it is, one is enough.
 *
 * A program that has looked at the clock keeps what it saw: a deadline, when it began to wait. A loop that looks again in each round would
 * then never come round to a state that has been. But if all times in memory are as far from now as they were, the program goes on as it
 * did: so in the hash of a state each of them stands for its distance from now. They are known by their size: whole
 * seconds, ms, us or ns, as an integer of 8 or 4 bytes or as a double, within a day before and thirty days behind what a clock shows first. What a
 * clock shows first is therefore like nothing else that programs have in memory. Parts of a second stand in a word of their own most often, and
 * in the header: only states whole seconds apart can be one.
 *
 * Who is ready and not let step keeps the times that it saw, while the clock goes on beside it without end. So times that are long past are
 * the same to all (GX_TIME_SEEN), unless somebody looks at the clock and may compare: where one is still there after a look, in memory or
 * in the stack of who has looked, it has not been written over by what was seen, and how far it is from now counts (GX_TIME_FAR).
 *
 * A time that is kept in another form, taken apart or as a distance from a constant, is not known as one: explore.c looks whether that made
 * a difference.
 */
#ifndef GX_CORE_SHIFT_H
#define GX_CORE_SHIFT_H

#include <stdint.h>

/* A clock shows this, in ns, when it is first looked at. For the layer that has clocks, once per clock; at most GX_CLOCKS_MAX. */
enum { GX_CLOCKS_MAX = 4 };
void gx_clock_begins_at(uint64_t ns);

/* What has to be added to the hash of a state, the sum over its lines, so that times in it count by their distance from now. */
uint64_t gx_shift_hash(void);

#endif
