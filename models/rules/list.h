/*
 * list.h - every rule, one line each, in the order in which reports list them. A rule's number (enum gx_rule) is its place here.
 *
 *     ROW(NAME_CONFLICT, name_conflict)    GX_RULE_NAME_CONFLICT, whose row is gx_rule_name_conflict in rules/name-conflict.c
 *
 * Numbers are part of a finding's key while a program runs and of nothing that is kept: a line may be added anywhere.
 */
#ifndef GX_RULES_LIST_H
#define GX_RULES_LIST_H

#define GX_RULE_ROWS(ROW)                           \
	ROW(NAME_CONFLICT, name_conflict)           \
	ROW(DOUBLE_TOKEN_WRITE, double_token_write) \
	ROW(DEADLOCK, deadlock)                     \
	ROW(OVERLAPPING_CYCLES, overlapping_cycles) \
	ROW(STALE_BEARER, stale_bearer)             \
	ROW(WEDGED, wedged)                         \
	ROW(STATUS_MISMATCH, status_mismatch)       \
	ROW(VICTIM_KILLED, victim_killed)           \
	ROW(ORPHAN_CONTAINER, orphan_container)     \
	ROW(GATE_LEAKED, gate_leaked)               \
	ROW(ISOLATION, isolation)                   \
	ROW(LOST_RESTART, lost_restart)             \
	ROW(UNTRACKED_TASK, untracked_task)         \
	ROW(DATA_RACE, data_race)                   \
	ROW(MEMORY_ERROR, memory_error)             \
	ROW(LOCK_ORDER, lock_order)                 \
	ROW(MISUSE, misuse)                         \
	ROW(UNCONTROLLED, uncontrolled)             \
	ROW(CRASH, crash)                           \
	ROW(HANG, hang)                             \
	ROW(LIVELOCK, livelock)                     \
	ROW(STEP_LIMIT, step_limit)

#endif
