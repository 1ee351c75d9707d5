#include "trial/internal.h"

struct gx_trial *gx_trial_running;
