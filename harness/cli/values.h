/*
 * values.h - numbers and durations as people write them on the command line.
 *
 *     20000  20k  1.5M  2G  1e6           k, M, G: thousands; the number has to be a whole one in the end
 *     30  30s  500ms  1m30s  1.5h         numbers with h, m, s, ms, from large to small; alone: seconds
 *
 * Numbers are exact: none goes through a floating point one.
 */
#ifndef GX_CLI_VALUES_H
#define GX_CLI_VALUES_H

#include <stdbool.h>
#include <stdint.h>

/* False: no whole number, or none that fits. */
bool gx_number_parse(uint64_t *out, const char *text);

/* False: no duration, or none that is more than 0 and finite. */
bool gx_duration_parse(double *seconds, const char *text);

#endif
