# What tests, fuzzes, measures and checks; GNUmakefile includes it.

FUZZERS := $(basename $(notdir $(wildcard test/fuzz/*.c)))
TOOLS := $(patsubst test/tools/%.c,$(BUILD)/test/%,$(wildcard test/tools/*.c)) \
	$(patsubst test/bench/%.c,$(BUILD)/test/%,$(wildcard test/bench/*.c)) \
	$(FUZZERS:%=$(BUILD)/test/replay-%)

$(BUILD)/test/%: test/bench/%.c | $(BUILD)/test
	@cc -O2 -Wall -Wextra -Werror -o $@ $<
LINKED := digest json lease-user relay-cases acquire text-pairs tables
$(BUILD)/test/acquire: test/bench/acquire.c
$(BUILD)/test/json: $(BUILD)/cmd/shared/json.o
$(addprefix $(BUILD)/test/,$(filter-out acquire,$(LINKED))): $(BUILD)/test/%: test/tools/%.c
$(addprefix $(BUILD)/test/,$(LINKED)): $(BUILD)/internal.a | $(BUILD)/test
	@$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(LINK_BEGIN) $(filter %.c %.o,$^) $(filter %.a,$^) $(LINK_END)
$(BUILD)/test/fault: test/tools/errors.h
$(BUILD)/test/text-pairs: test/tools/text-inputs.h
$(BUILD)/test/library-user: test/tools/library-user.c $(BUILD)/libssh-fast.a | $(BUILD)/test
	@$(LIBRARY_CC) -O2 -Wall -Wextra -Werror $(CFLAGS) $(LDFLAGS) -Ilib/library -o $@ $(filter %.c %.a,$^)
$(BUILD)/test/%: test/tools/%.c | $(BUILD)/test
	@cc -O2 -Wall -Wextra -Werror -o $@ $<

# Fuzzers, each of them one file: with libFuzzer (clang), and without it, as
# the tests replay them; the library too is built with sanitizers for them.
SANITIZERS := -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
	-std=c11 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -Ilib -MMD -MP
REPLAYED := $(LIB_SOURCES:lib/%.c=$(BUILD)/replayed/%.o)
FUZZED := $(LIB_SOURCES:lib/%.c=$(BUILD)/fuzzed/%.o)
$(BUILD)/replayed/%.o: lib/%.c
	@mkdir -p $(@D)
	@cc $(SANITIZERS) -c -o $@ $<
$(BUILD)/fuzzed/%.o: lib/%.c
	@mkdir -p $(@D)
	@clang $(SANITIZERS) -fsanitize=fuzzer-no-link -c -o $@ $<
$(BUILD)/replayed/all.a: $(REPLAYED)
$(BUILD)/fuzzed/all.a: $(FUZZED)
$(BUILD)/replayed/all.a $(BUILD)/fuzzed/all.a:
	@rm -f $@; $(AR) rcs $@ $^
$(BUILD)/test/replay-%: test/fuzz/%.c test/fuzz/fuzz.h $(BUILD)/replayed/all.a | $(BUILD)/test
	@cc $(filter-out -MMD -MP,$(SANITIZERS)) -Wall -Wextra -Werror -DREPLAY -o $@ $< $(filter %.a,$^)
$(BUILD)/test/fuzz-%: test/fuzz/%.c test/fuzz/fuzz.h $(BUILD)/fuzzed/all.a | $(BUILD)/test
	@clang $(filter-out -MMD -MP,$(SANITIZERS)) -Wall -Wextra -Werror -fsanitize=fuzzer -o $@ $< $(filter %.a,$^)

$(BUILD)/test:
	@mkdir -p $@

check: all $(TOOLS) ## run the tests; CHECK=session/plain.bats runs some of them
	@BUILD=$(abspath $(BUILD)) bash test/run.sh $(CHECK)

pairs: $(BUILD)/test/text-pairs ## look for two inputs with one namespace text, among PAIRS=10000000
	@$< $(or $(PAIRS),10000000)

fuzz: $(patsubst %,$(BUILD)/test/fuzz-%,$(or $(FUZZ),$(FUZZERS))) ## look for FUZZ_SECONDS=60 each for what confuses a reader; FUZZ=NAME one of them
	@BUILD=$(BUILD) bash test/fuzz.sh $(or $(FUZZ),$(FUZZERS))

check-sanitizers: ## the tests, with ASan and UBSan watching; CHECK=session/plain.bats some of them
	@BUILD=$(BUILD) CHECK='$(CHECK)' bash test/sanitizers.sh

check-valgrind: ## the main paths, once each, under valgrind
	@BUILD=$(BUILD) bash test/valgrind.sh

check-long: all $(TOOLS) ## the tests, with all the counts that make check cuts down
	@BUILD=$(abspath $(BUILD)) LONG=1 HOSTILE_STEP=1 BATS_TEST_TIMEOUT=3600 bash test/run.sh $(CHECK)

check-checks: all $(TOOLS) ## seed faults, and see a test go red for each; SEEDS=NAME some
	@BUILD=$(BUILD) bash test/check-checks.sh $(SEEDS)

compare: all ## hold ssh-fast against plain ssh, case by case; CASE="NAME..." some, WAYS=native-warm,... some ways
	@BUILD=$(abspath $(BUILD)) python3 test/compare/run.py $(WAYS:%=--ways=%) $(SHOW:%=--show) $(CASE)

model: ## check the protocol's model with spin, exhaustively
	@bash test/model/run.sh
	@bash test/model/run.sh --without-rules

faults: all $(TOOLS) ## kill, and fail, at every system call of every kind of run (long)
	@BUILD=$(abspath $(BUILD)) FAULTS_STEP=1 BATS_TEST_TIMEOUT=3600 bash test/run.sh long/faults.bats
	@cat $(BUILD)/faults.tsv

hostile: all $(TOOLS) ## let another user put every odd thing at every path
	@BUILD=$(abspath $(BUILD)) HOSTILE_STEP=1 BATS_TEST_TIMEOUT=900 bash test/run.sh long/hostile.bats

STORM_WORKERS ?= 64
STORM_SECS ?= 60
storm: all $(TOOLS) ## STORM_WORKERS=64 on one pool for STORM_SECS=60, killed, then their servers frozen, at random
	@BUILD=$(abspath $(BUILD)) STORM_WORKERS=$(STORM_WORKERS) STORM_SECS=$(STORM_SECS) \
		BATS_TEST_TIMEOUT=3600 bash test/run.sh long/storm.bats long/frozen.bats

bench: all $(TOOLS) ## measure, side by side with plain ssh
	@BUILD=$(abspath $(BUILD)) bash test/bench/run.sh

check-releases: ## both commands of README in clean roots of Debian 12, 13 and sid, as root and not; RELEASES=sid one of them
	@BUILD=$(abspath $(BUILD)) RELEASES='$(RELEASES)' WORDS='$(WORDS)' CHECK='$(CHECK)' bash test/releases.sh

prose: ## count words and long sentences; SEED=N prints random paragraphs, LONG=readme|manuals|comments the long sentences
	@sh test/prose.sh $(if $(SEED),sample $(SEED),$(LONG:%=long %))

lint: ## what the compiler does not see
	@BUILD=$(BUILD) bash test/lint.sh

-include $(patsubst %.o,%.d,$(REPLAYED) $(FUZZED))

.PHONY: check compare check-long check-sanitizers check-valgrind check-checks check-releases model faults hostile storm fuzz pairs bench lint prose
