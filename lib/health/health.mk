# The one program that links libssh2, with the system's compiler, where that
# library is. HEALTH=no leaves it out. GNUmakefile includes this.

HEALTH ?= yes
ifeq ($(HEALTH)$(shell pkg-config --exists libssh2 2>/dev/null || echo no),yes)
HEALTH_PROGRAM := ssh-fast-health
endif
HEALTH_SOURCES := cmd/ssh-fast-health.c $(wildcard cmd/health/*.c) \
	$(addprefix cmd/shared/,environment.c health_answer.c home.c json.c message.c option.c) \
	$(addprefix lib/namespace/,answers.c failure.c failure_words.c folder.c namespace_root.c usergroup.c) \
	$(wildcard lib/health/*.c lib/base/*.c lib/platform/*.c)

ifeq ($(HEALTH_PROGRAM),)
health: ; @echo "ssh-fast-health is left out: no libssh2"
else
health: $(BUILD)/ssh-fast-health
endif

$(BUILD)/ssh-fast-health: $(HEALTH_SOURCES) $(wildcard lib/*/*.h cmd/*/*.h) $(BUILD)/flags $(BUILD)/linkage
	@echo "  CC   $@"
	@cc $(filter-out -MMD -MP,$(ALL_CFLAGS)) $(shell pkg-config --cflags libssh2) \
		$(ALL_LDFLAGS) -pie -o $@ $(HEALTH_SOURCES) \
		$(shell pkg-config --libs libssh2)

.PHONY: health
