# `make demo`, `make test` and `make run` each set everything up by themselves in .venv.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# The pip at hand installs into .venv, which saves installing pip there first; without one, or with
# one too old for --python, ensurepip brings it.
PIP := if $(PYTHON) -m pip --python $(PYTHON) --version >/dev/null 2>&1; \
	then pip="$(PYTHON) -m pip --python $(BIN)/python"; \
	else $(BIN)/python -m ensurepip >/dev/null && pip="$(BIN)/python -m pip"; fi; \
	$$pip --disable-pip-version-check install --require-hashes --no-deps --no-compile
# Says what is being installed while it takes its time; a pipe hides pip's exit code from sh.
SHOWN = awk -v all="$$(grep -c == $<)" -v lock=$< -v folder=$(VENV) ' \
	BEGIN { printf "Installing %d packages of %s into %s, once:\n ", all, lock, folder; fflush() } \
	/^(Collecting|Processing) / { sub(/.*\//, "", $$2); sub(/-[0-9].*/, "", $$2); sub(/==.*/, "", $$2); printf " %s", $$2; fflush() } \
	/^Installing collected/ { printf "\n  unpacking …\n"; fflush() } \
	/^pip failed$$/ { failed = 1 } \
	END { if (!failed) print "  installed"; exit failed }'
STARTED := $(shell date +%s)
RELEASE := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
# More workers than cores: many tests wait for a process to start or for a time-out.
JOBS ?= 4

.PHONY: demo run test lint types catalogs supply pytest soak bench bench-check lock changes release clean

demo: $(VENV)/.run ## a simulated world and the real bot in it; prints one address to open
	@$(BIN)/python -m sandbox --started $(STARTED)

run: $(VENV)/.run ## the bot itself; settings come from the environment and .env
	@exec $(BIN)/python -m bot

test: lint types catalogs supply pytest ## everything that must hold

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(MAKE) --silent changes >/dev/null
