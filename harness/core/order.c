#include "core/order.h"

#include <stddef.h>

struct gx_order gx_order;

const struct gx_order_follower *gx_order_follow(const struct gx_order_follower *follower)
{
	const struct gx_order_follower *before = gx_order.follower;

	gx_order.follower = follower;
	return before;
}
