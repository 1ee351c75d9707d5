# gatecrash. `make help` says what there is. CC=clang, SAN=address,undefined, CFLAGS, CPPFLAGS, LDFLAGS, WERROR=-Werror and V=1 choose
# the build, PREFIX and DESTDIR the place of `make install`. Nothing here installs what the build needs: scripts/setup does.

ifeq ($(origin CC),default)
CC := gcc
endif
SAN ?=
comma := ,
BUILD := build/$(notdir $(CC))$(if $(SAN),-$(subst $(comma),-,$(SAN)))
PREFIX ?= /usr/local
DESTDIR ?=
# HOST=tsan: the same sources, linked with ThreadSanitizer's runtime, which then judges what the gate does (harness/hosts/tsan.h). clang's.
HOST ?=
ifeq ($(HOST),tsan)
BUILD := $(BUILD)-host-tsan
endif
BIN := $(BUILD)/gatecrash$(if $(HOST),-$(HOST))

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef
# A warning of a compiler that nobody here has seen is no reason not to build: lint and CI (.ci/run) ask for -Werror.
WERROR ?=
# Dead bytes on stacks must not tell interleavings apart (harness/core/snapshot.h); clang before 16 wants the second word.
ZERO_INIT := -ftrivial-auto-var-init=zero \
	$(if $(findstring clang,$(CC)),-enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang \
	-Wno-unused-command-line-argument)
# libFuzzer brings a main() of its own: only the fuzz targets are linked with it.
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
CFLAGS ?= -O2 -g
OWN_CPPFLAGS := -D_GNU_SOURCE $(if $(HOST),-DGX_HOST_TSAN=1) -Iharness -Iharness/include -Imodels -I.
# Addresses of functions are among what is hashed: they are the same in every process (harness/core/identity.h).
FIXED := -fno-pie -fno-stack-protector
ALL_CFLAGS := $(OWN_CPPFLAGS) $(CPPFLAGS) -std=gnu11 $(CFLAGS) $(WARNINGS) $(WERROR) $(ZERO_INIT) $(FIXED) $(SANFLAGS)
# What the gates that are linked in call of ThreadSanitizer's runtime, and is looked at before (harness/hosts/tsan_accesses.c); and its start.
TSAN_WRAPPED := $(foreach n,1 2 4 8 16,read$(n) write$(n) volatile_read$(n) volatile_write$(n)) \
	$(foreach n,2 4 8 16,unaligned_read$(n) unaligned_write$(n) unaligned_volatile_read$(n) unaligned_volatile_write$(n)) \
	read_range write_range vptr_update vptr_read \
	func_entry func_exit init
# -z now: the resolver that binds a symbol on its first call would leave different dead bytes behind than later calls.
ALL_LDFLAGS := $(LDFLAGS) -no-pie -rdynamic -Wl,-z,now $(SANFLAGS) $(if $(HOST),-fsanitize=thread $(TSAN_WRAPPED:%=-Wl,--wrap=__tsan_%))
# What scripts/libraries has found out about this machine, for the program and for the tests.
FLAGS := $(BUILD)/flags
TEST_FLAGS := $(BUILD)/test-flags
LIB_CFLAGS = $$(sed -n 's/^cflags//p' $(if $(findstring /tests/,$@),$(TEST_FLAGS),$(FLAGS)))
LDLIBS = $$(sed -n 's/^libs//p' $(if $(findstring /tests/,$@),$(TEST_FLAGS),$(FLAGS))) -ldl -lpthread -lm

LIB_SRC := $(filter-out models/tests/%,$(wildcard harness/core/*.c harness/access/*.c harness/hosts/*.c harness/posix/*.c harness/explore/*.c harness/explore/*/*.c harness/module/*.c \
	models/*/*.c reports/*.c))
CLI_SRC := $(wildcard harness/cli/*.c)
BENCH_SRC := $(wildcard harness/bench/*.c)
TEST_SRC := $(wildcard harness/tests/*_test.c models/tests/*_test.c reports/tests/*_test.c)
FUZZ_SRC := $(wildcard harness/tests/fuzz/*_fuzz.c models/tests/fuzz/*_fuzz.c)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$(BUILD)/%.o)
BENCH_OBJ := $(BENCH_SRC:%.c=$(BUILD)/%.o)
TESTS := $(TEST_SRC:%.c=$(BUILD)/%)
FUZZERS := $(FUZZ_SRC:%.c=$(BUILD)/%)
HEADERS := $(wildcard harness/*/*.h harness/include/gatecrash/*.h models/*/*.h reports/*.h reports/tests/*.h)
ALL_SRC := $(LIB_SRC) $(CLI_SRC) $(BENCH_SRC) $(wildcard harness/tests/*.c harness/tests/*/*.c models/tests/*.c \
	models/tests/*/*.c reports/tests/*.c)

.PHONY: all setup demo test unit tests checks matrix gates gatecrash-tsan tsan mutants bench bench-tsan fuzz fuzz-targets lint format install uninstall clean help
.DEFAULT_GOAL := all

all: $(BIN) ## build gatecrash; build/gatecrash is the one that was asked for last
	$(LINK)

setup: ## install what the build needs, if it is missing, from Debian's packages
	@scripts/setup

demo: all ## the race of the pull request, explained; and the proof that the fix removes it
	@scripts/demo $(BIN)

test: all tests checks ## everything that has to pass: headers, unit tests, matrix, README, saved fuzz inputs
	@CC="$(CC)" scripts/test $(BIN) "$(SAN)" $(TESTS)

unit: tests checks ## the same without matrix and README
	@GATECRASH=$(BIN) SAN="$(SAN)" scripts/run-tests $(TESTS)

tests: $(BIN) $(TESTS) $(FUZZERS) ## build what `make test` runs

matrix: all ## every scenario with every gate, held against what it expects
	@$(BIN) matrix

gates: $(BIN) $(BUILD)/models/tests/gates_test ## every correct gate of the tests in every scenario; GATES="NAME...": only these
	@GATECRASH=$(BIN) $(BUILD)/models/tests/gates_test all $(GATES)

bench: $(BUILD)/bench ## the figures of the engine on this machine; BENCH="floor bare": only these
	@$(BUILD)/bench $(BENCH)

bench-tsan: ## two of them under ThreadSanitizer
	+$(Q)$(MAKE) --no-print-directory CC=clang HOST=tsan build/clang-host-tsan/bench
	@build/clang-host-tsan/bench bare random

gatecrash-tsan: ## build build/gatecrash-tsan: the same program with ThreadSanitizer as the judge of races; needs clang
	+$(Q)$(MAKE) --no-print-directory CC=clang HOST=tsan build/clang-host-tsan/gatecrash-tsan
	@ln -sfn clang-host-tsan/gatecrash-tsan build/gatecrash-tsan

mutants: $(BIN) $(TESTS) ## break the project in one line after the other: a test has to notice; MUTANTS="NAME..." for some
	@CC="$(CC)" SAN="$(SAN)" scripts/mutants $(BUILD) $(MUTANTS)

fuzz: ## fuzz the parsers for FUZZ_SECONDS each; default 60
	@$(MAKE) --no-print-directory CC=clang SAN=fuzzer,address,undefined fuzz-targets
	@scripts/fuzz build/clang-fuzzer-address-undefined "$${FUZZ_SECONDS:-60}"

lint: ## formatting, both compilers' warnings, static analysis: all at zero
	@scripts/lint "$(OWN_CPPFLAGS) -std=gnu11 $(WARNINGS) -Werror" $(ALL_SRC)

format: ## put all sources into the project's format
	@git ls-files '*.[ch]' | xargs clang-format -i

install: $(BIN) ## install the program, the gate header and the scenarios under PREFIX (/usr/local), within DESTDIR
	install -D $(BIN) "$(DESTDIR)$(PREFIX)/bin/gatecrash"
	install -D -m 644 harness/include/gatecrash/gate.h "$(DESTDIR)$(PREFIX)/include/gatecrash/gate.h"
	install -d "$(DESTDIR)$(PREFIX)/share/gatecrash/scenarios"
	install -m 644 scenarios/*.yaml "$(DESTDIR)$(PREFIX)/share/gatecrash/scenarios"
	install -D -m 644 harness/cli/debug.py "$(DESTDIR)$(PREFIX)/share/gatecrash/gdb.py"
	install -D -m 644 harness/gatecrash.pc "$(DESTDIR)$(PREFIX)/share/pkgconfig/gatecrash.pc"

uninstall: ## remove what `make install` puts there
	rm -f "$(DESTDIR)$(PREFIX)/bin/gatecrash"
	rm -f "$(DESTDIR)$(PREFIX)/include/gatecrash/gate.h" "$(DESTDIR)$(PREFIX)/share/pkgconfig/gatecrash.pc"
	for file in $(notdir $(wildcard scenarios/*.yaml)); do rm -f "$(DESTDIR)$(PREFIX)/share/gatecrash/scenarios/$$file"; done
	rm -f "$(DESTDIR)$(PREFIX)/share/gatecrash/gdb.py"
	cd "$(DESTDIR)$(PREFIX)" && rmdir --ignore-fail-on-non-empty include/gatecrash share/gatecrash/scenarios share/gatecrash

clean: ## remove what was built
	rm -rf build

help: ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 12

# ---- how it is built ----

Q := $(if $(V),,@)
$(BIN): $(CLI_OBJ) $(LIB_OBJ)
	$(Q)echo "LD $@"; $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)

$(BIN) $(BUILD)/bench: | $(FLAGS)
$(TESTS) $(FUZZERS): | $(TEST_FLAGS)

# With sanitizers a build is for tests: build/gatecrash stays what it was.
LINK = @$(if $(SAN),,ln -sfn $(notdir $(CC))/gatecrash build/gatecrash)

# A library that is missing is named, and nothing is installed.
$(FLAGS) $(TEST_FLAGS): scripts/libraries
	@mkdir -p $(@D)
	@CC="$(CC)" CPPFLAGS="$(CPPFLAGS)" CFLAGS="$(CFLAGS)" LDFLAGS="$(LDFLAGS)" scripts/libraries \
		$(if $(findstring test-,$@),tests) >$@.new && mv $@.new $@

# What a gate throws passes through it, and has to be noticed.
$(BUILD)/harness/posix/once.o: ALL_CFLAGS += -fexceptions

# The gates of the history are watched like a user's own: what ThreadSanitizer would be told, harness/access is. Sanitizers have it for themselves.
$(BUILD)/models/gates/%.o: ALL_CFLAGS += $(if $(SAN),,-fsanitize=thread)

# What happens is told on tasks' stacks: a sanitizer's code would leave parts of the hash there, and states that are one would be many.
$(BUILD)/harness/core/event.o: ALL_CFLAGS += $(if $(SAN),-fno-sanitize=all)

# Where a task has crashed is found by the frames on its stack (core/where.c): these stand between a gate and libc.
$(patsubst %,$(BUILD)/harness/access/%.o,strings formats arguments cxx): ALL_CFLAGS += -fno-omit-frame-pointer -fno-optimize-sibling-calls

$(BUILD)/harness/bench/accesses.o: ALL_CFLAGS += $(if $(SAN),,-fsanitize=thread)

# Their texts are part of the program.
$(BUILD)/harness/cli/help.o: $(wildcard harness/cli/help/*.txt)
$(BUILD)/harness/cli/debug.o: harness/cli/debug.py
$(BUILD)/harness/module/compile.o: harness/include/gatecrash/gate.h

$(BUILD)/bench: $(BENCH_OBJ) $(LIB_OBJ)
	$(Q)echo "LD $@"; $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/%.o: %.c Makefile | $(FLAGS)
	$(Q)mkdir -p $(@D); echo "CC $@"; $(CC) $(ALL_CFLAGS) $(LIB_CFLAGS) -MMD -MP -c -o $@ $<
$(patsubst %.c,$(BUILD)/%.o,$(filter harness/tests/% models/tests/% reports/tests/%,$(ALL_SRC))): | $(TEST_FLAGS)

# What the tests of a folder share, linked into each of them.
SHARED_harness := $(BUILD)/harness/tests/fixture.o
SHARED_reports := $(BUILD)/reports/tests/results.o
$(BUILD)/harness/tests/%_test: $(BUILD)/harness/tests/%_test.o $(SHARED_harness) $(LIB_OBJ)
	$(Q)echo "LD $@"; $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/models/tests/%_test: $(BUILD)/models/tests/%_test.o $(LIB_OBJ)
	$(Q)echo "LD $@"; $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/reports/tests/%_test: $(BUILD)/reports/tests/%_test.o $(SHARED_reports) $(LIB_OBJ)
	$(Q)echo "LD $@"; $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)

# The gates of gates_test, built as `gatecrash cc` builds a user's. What is wrong with the broken ones would be warned of.
GATE_CXX := $(if $(findstring clang,$(CC)),clang++,g++)
GATE_FLAGS := -g -O0 -fno-builtin -fPIC -fno-omit-frame-pointer -fsanitize=thread $(ZERO_INIT) -Iharness/include
GATE_SRC := $(wildcard models/tests/gates/correct/*.c* models/tests/gates/broken/*.c*)
GATE_OBJ := $(patsubst %,$(BUILD)/%.so,$(basename $(GATE_SRC)))
GATE_HEADERS := models/tests/gates/author.h models/tests/gates/gives-up.h harness/include/gatecrash/gate.h
$(BUILD)/models/tests/gates/correct/%.so $(BUILD)/models/tests/gates/broken/%.so: GATE_WARNINGS = $(if $(findstring broken,$@),-w,-Wall -Wextra)
$(BUILD)/models/tests/gates/%.so: models/tests/gates/%.c $(GATE_HEADERS) Makefile
	$(Q)mkdir -p $(@D); echo "SO $@"; $(CC) -std=gnu11 $(GATE_WARNINGS) $(GATE_FLAGS) -c -o $(@:.so=.o) $< && $(CC) -shared -Wl,-Bsymbolic-functions -o $@ $(@:.so=.o)
$(BUILD)/models/tests/gates/%.so: models/tests/gates/%.cc $(GATE_HEADERS) Makefile
	$(Q)mkdir -p $(@D); if command -v $(GATE_CXX) >/dev/null; then echo "SO $@"; \
		$(GATE_CXX) -std=gnu++17 -D_GLIBCXX_ASSERTIONS $(GATE_WARNINGS) $(GATE_FLAGS) -c -o $(@:.so=.o) $< && \
		$(GATE_CXX) -shared -Wl,-Bsymbolic-functions -o $@ $(@:.so=.o); \
		else echo "no $(GATE_CXX): $(notdir $<) is left out"; fi
$(BUILD)/models/tests/gates_test: | $(GATE_OBJ)

JUDGED := edges race_judges
tsan: $(BIN) $(GATE_OBJ) gatecrash-tsan ## both judges of races on every scenario with every gate, on the gates of the tests, on generated programs: do they agree?
	+$(Q)$(MAKE) --no-print-directory CC=clang HOST=tsan $(JUDGED:%=build/clang-host-tsan/harness/tests/%_test)
	@for test in $(JUDGED); do build/clang-host-tsan/harness/tests/$${test}_test || exit 1; done
	@scripts/tsan $(BUILD) build/gatecrash-tsan

# The engine's requests as ordinary functions: without a scheduler (models/tests/core_double.h).
$(BUILD)/models/tests/docker_recorded_test: $(BUILD)/models/tests/docker_recorded_test.o $(BUILD)/models/tests/core_double.o \
	$(filter $(BUILD)/models/docker/%,$(LIB_OBJ)) $(BUILD)/harness/core/status.o $(BUILD)/harness/core/footprint.o
	$(Q)echo "LD $@"; $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)

# Tests that run the program, also where one of them is the only one that is built.
$(filter %/story_causes_test %/gates_test $(BUILD)/harness/tests/cli_%,$(TESTS)): | $(BIN)

# A fuzz target; without SAN=fuzzer a program that replays saved inputs.
FUZZ_MAIN := $(if $(findstring fuzzer,$(SAN)),,$(BUILD)/harness/tests/fuzz/replay_corpus.o)
$(BUILD)/%_fuzz: $(BUILD)/%_fuzz.o $(FUZZ_MAIN) $(LIB_OBJ)
	$(Q)echo "LD $@"; $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)
fuzz-targets: $(FUZZERS)

# Quick ones: arrows, headers, saved fuzz inputs.
checks: $(FUZZERS)
	@scripts/build-test && scripts/check-arrows-test && scripts/check-arrows && scripts/mutants --check
	@n=0; for h in $(HEADERS); do \
		$(CC) $(OWN_CPPFLAGS) -std=gnu11 $(WARNINGS) $(WERROR) $(LIB_CFLAGS) -fsyntax-only -include $$h -x c /dev/null || exit 1; \
		n=$$((n+1)); done; echo "$$n headers stand alone"
	@for f in $(FUZZERS); do dir=$$(dirname $${f#$(BUILD)/}); \
		$$f $$dir/corpus/* $$([ $$dir != models/tests/fuzz ] || echo scenarios/*.yaml) || exit 1; done

.SECONDARY:
-include $(patsubst %.c,$(BUILD)/%.d,$(ALL_SRC))
