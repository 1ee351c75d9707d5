#include "cli/values.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers ---- */

/* A decimal number as its digits and the place of its point: 1.5e3 is 15 and 2. */
struct decimal {
	uint64_t digits;
	int zeros; /* to append; negative: to take away */
};

/* No number that fits has more zeros to append or to take away. */
enum { ZEROS_MAX = 40 };

static bool add_digit(struct decimal *number, char digit)
{
	uint64_t value = (uint64_t)(digit - '0');

	if (number->digits > (UINT64_MAX - value) / 10)
		return false;
	number->digits = number->digits * 10 + value;
	return true;
}

/* "1.50": at least one digit, zeros behind the point that mean nothing included. NULL: no number, or too long a one. */
static const char *read_digits(struct decimal *number, const char *text)
{
	if (!isdigit((unsigned char)*text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++)
		if (!add_digit(number, *text))
			return NULL;
	if (*text != '.')
		return text;
	if (!isdigit((unsigned char)*++text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++, number->zeros--)
		if (!add_digit(number, *text))
			return NULL;
	return text;
}

/* "e6" or nothing. */
static const char *read_exponent(struct decimal *number, const char *text)
{
	int exponent = 0;

	if (*text != 'e' && *text != 'E')
		return text;
	text += 1 + (text[1] == '+');
	if (!isdigit((unsigned char)*text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++)
		exponent = exponent < ZEROS_MAX ? exponent * 10 + (*text - '0') : ZEROS_MAX;
	number->zeros += exponent;
	return text;
}

static const char *read_unit(struct decimal *number, const char *text)
{
	static const char units[] = "kMG";
	const char *unit = *text ? strchr(units, *text) : NULL;

	if (!unit)
		return text;
	number->zeros += 3 * (int)(unit - units + 1);
	return text + 1;
}

static bool make_whole(struct decimal *number)
{
	for (; number->zeros < 0; number->zeros++, number->digits /= 10)
		if (number->digits % 10)
			return false;
	for (; number->zeros > 0 && number->digits; number->zeros--)
		if (!add_digit(number, '0'))
			return false;
	return true;
}

bool gx_number_parse(uint64_t *out, const char *text)
{
	struct decimal number = {0};

	text = read_digits(&number, text);
	text = text ? read_exponent(&number, text) : NULL;
	text = text ? read_unit(&number, text) : NULL;
	if (!text || *text || !make_whole(&number))
		return false;
	*out = number.digits;
	return true;
}

/* ---- durations ---- */

static const struct unit {
	const char *name;
	double seconds;
} units[] = {{"h", 3600}, {"m", 60}, {"s", 1}, {"ms", 1e-3}};

bool gx_duration_parse(double *seconds, const char *text)
{
	const char *at = text;

	*seconds = 0;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		char *end;
		double value = strtod(at, &end);
		size_t letters = strspn(end, "hms");

		/* strtod() would take "inf", "0x10" and "1e9" as well. */
		if (end == at || strspn(at, "0123456789.") != (size_t)(end - at))
			break;
		if (at == text && !*end) { /* a number alone */
			*seconds = value;
			at = end;
			break;
		}
		if (letters != strlen(units[i].name) || strncmp(end, units[i].name, letters) != 0)
			continue;
		*seconds += value * units[i].seconds;
		at = end + letters;
	}
	return *text && !*at && *seconds > 0 && isfinite(*seconds);
}
