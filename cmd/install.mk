# What is handed on: make install, packages. GNUmakefile includes it.

# Where things go, below PREFIX.
BASH_COMPLETIONS = share/bash-completion/completions
ZSH_COMPLETIONS = share/zsh/site-functions
FISH_COMPLETIONS = share/fish/vendor_completions.d
DOCUMENTS = share/doc/ssh-fast

EXAMPLES := $(wildcard cmd/examples/*)
TO = $(DESTDIR)$(PREFIX)
INSTALLED_NAMES = $(COMMANDS) ssh-fast-health
INSTALLED = $(addprefix bin/,$(INSTALLED_NAMES)) share/man/man7/ssh-fast.7 \
	share/man/man5/ssh-fast.5 \
	$(INSTALLED_NAMES:%=share/man/man1/%.1) $(INSTALLED_NAMES:%=$(BASH_COMPLETIONS)/%) \
	$(ZSH_COMPLETIONS)/_ssh-fast $(INSTALLED_NAMES:%=$(FISH_COMPLETIONS)/%.fish) \
	$(addprefix $(DOCUMENTS)/,README LICENSE $(EXAMPLES:cmd/%=%))

install: all ## install below DESTDIR and PREFIX (/usr/local)
	install -d $(addprefix $(TO)/,$(sort $(dir $(INSTALLED))))
	install -m 755 $(BUILD)/ssh-fast $(TO)/bin/ssh-fast
	for link in $(LINKS); do ln -sf ssh-fast $(TO)/bin/$$link; done
	$(if $(HEALTH_PROGRAM),install -m 755 $(BUILD)/ssh-fast-health $(TO)/bin)
	install -m 644 $(PROGRAMS:%=cmd/%.1) $(TO)/share/man/man1
	install -m 644 cmd/ssh-fast.5 $(TO)/share/man/man5
	install -m 644 lib/ssh-fast.7 $(TO)/share/man/man7
	install -m 644 completions/ssh-fast.bash $(TO)/$(BASH_COMPLETIONS)/ssh-fast
	for link in $(LINKS) $(HEALTH_PROGRAM); do ln -sf ssh-fast $(TO)/$(BASH_COMPLETIONS)/$$link; done
	install -m 644 completions/_ssh-fast $(TO)/$(ZSH_COMPLETIONS)
	install -m 644 $(PROGRAMS:%=completions/%.fish) $(TO)/$(FISH_COMPLETIONS)
	install -m 644 README LICENSE $(TO)/$(DOCUMENTS)
	install -m 644 $(EXAMPLES) $(TO)/$(DOCUMENTS)/examples

uninstall: ## remove what install put there
	rm -f $(addprefix $(TO)/,$(INSTALLED))
	-rmdir $(TO)/$(DOCUMENTS)/examples $(TO)/$(DOCUMENTS)

deb: all ## make a Debian package, build/ssh-fast_VERSION_ARCHITECTURE.deb
	@bash .deb/build.sh $(BUILD) $(VERSION)

dist: ## make a tarball of what is committed, build/ssh-fast-VERSION.tar.gz
	@mkdir -p $(BUILD)
	@git archive --format=tar --prefix=ssh-fast-$(VERSION)/ HEAD | \
		gzip -9n >$(BUILD)/ssh-fast-$(VERSION).tar.gz
	@echo $(BUILD)/ssh-fast-$(VERSION).tar.gz

.PHONY: install uninstall deb dist
