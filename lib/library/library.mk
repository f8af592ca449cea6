# The library that other programs link; GNUmakefile includes it. It is made of
# the same sources as ssh-fast, with the system's compiler: an archive for musl
# cannot be linked with glibc. Its objects become one, in which only the names
# of ssh-fast.h are seen from outside. It starts no keepers, so nothing there
# asks where the program begins; a shared library could not say it.

LIBRARY_CC ?= cc
LIBRARY_ROOMS := base platform ssh mux namespace lease library
LIBRARY_OBJECTS := $(patsubst %.c,$(BUILD)/library/%.o,$(wildcard $(LIBRARY_ROOMS:%=lib/%/*.c)))
LIBRARY_CFLAGS = $(subst -fPIE,-fPIC,$(ALL_CFLAGS))
LIBRARY_NAMES := ssh_fast_*

$(BUILD)/library/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@$(LIBRARY_CC) $(LIBRARY_CFLAGS) -c -o $@ $<
$(BUILD)/library/all.a: $(LIBRARY_OBJECTS)
	@rm -f $@; $(AR) rcs $@ $^
$(BUILD)/libssh-fast.a: $(BUILD)/library/all.a
	@echo "  LIB  $@"
	@$(LD) -r --defsym=__executable_start=0 -o $(BUILD)/library/ssh-fast.o $(BUILD)/library/lib/library/ssh_fast.o $<
	@objcopy --wildcard --keep-global-symbol='$(LIBRARY_NAMES)' $(BUILD)/library/ssh-fast.o
	@rm -f $@; $(AR) rcs $@ $(BUILD)/library/ssh-fast.o

LIBDIR = lib
INSTALLED += $(LIBDIR)/libssh-fast.a include/ssh-fast.h $(LIBDIR)/pkgconfig/ssh-fast.pc \
	share/man/man3/ssh-fast.3

install-library: $(BUILD)/libssh-fast.a
	install -d $(addprefix $(TO)/,$(LIBDIR)/pkgconfig include share/man/man3)
	install -m 644 $< $(TO)/$(LIBDIR)
	install -m 644 lib/library/ssh-fast.h $(TO)/include
	install -m 644 lib/library/ssh-fast.3 $(TO)/share/man/man3
	sed -e 's,@PREFIX@,$(PREFIX),;s,@LIBDIR@,$(LIBDIR),;s,@VERSION@,$(VERSION),' \
		lib/library/ssh-fast.pc.in >$(TO)/$(LIBDIR)/pkgconfig/ssh-fast.pc
	chmod 644 $(TO)/$(LIBDIR)/pkgconfig/ssh-fast.pc
install: install-library

-include $(LIBRARY_OBJECTS:.o=.d)

.PHONY: install-library
