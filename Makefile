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
	/^(Collecting|Processing) / { \
		sub(/.*\//, "", $$2); sub(/(==|-[0-9]).*/, "", $$2); printf " %s", $$2; fflush() } \
	/^Installing collected/ { printf "\n  unpacking …\n"; fflush() } \
	/^pip failed$$/ { failed = 1 } \
	END { if (!failed) print "  installed"; exit failed }'
STARTED := $(shell date +%s)
RELEASE := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
# Each worker has a world and a bot of its own, and journeys wait for most of their time: four keep
# two cores busy.
JOBS ?= 4
PYTEST = $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

# Dozens of started processes and each worker would compile everything anew where the environment
# forbids Python to keep what it compiled; kept below .venv it litters nobody's tree.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/bytecode

# What tests share is typed; the tests themselves are read by pytest.
HELPERS = tests/conftest.py $(shell find tests -name '*.py' ! -name 'test_*' ! -name conftest.py)

# make demo REPLICAS=2: so many bots over a PostgreSQL, to be killed from a page.
REPLICAS ?= 1

.PHONY: demo demo-shop run test test-all slow lint checks types catalogs supply pytest soak audit image-check bench bench-check lock wheel changes release clean

demo: $(VENV)/.run ## a simulated world and the real bot in it; prints one address to open
	@$(BIN)/python -m sandbox --started $(STARTED) --replicas $(REPLICAS)

demo-shop: $(VENV)/.run ## the same as a shop: customers pay an operator, whom you play as well
	@$(BIN)/python -m sandbox --shop --started $(STARTED)

run: $(VENV)/.run ## the bot itself; settings come from the environment and .env
	@exec $(BIN)/python -m bot

# What is read of the whole tree takes one core and no time of its own beside the tests, which wait.
test: lint ## what must hold at every commit
	@$(MAKE) --no-print-directory --jobs=2 checks pytest

test-all: test slow ## and what takes long: crash matrices, fuzzing, whole lives in the browser

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	@$(MAKE) --silent changes >/dev/null

types: $(VENV)/.dev
	$(BIN)/mypy bot handlers sandbox scripts benchmarks $(HELPERS)

catalogs: $(VENV)/.dev
	$(BIN)/python scripts/check_catalogs.py

checks: types catalogs supply

supply: $(VENV)/.dev ## no secret in the tree, no licence that may not be used
	$(BIN)/python scripts/scan_secrets.py
	$(BIN)/python scripts/list_licences.py

pytest: $(VENV)/bytecode/.tests
	$(PYTEST) -m "not slow" $(PYTEST_ARGS)

slow: $(VENV)/bytecode/.tests ## only what `make test` leaves out, and its properties with more examples
	$(PYTEST) -m "slow or hypothesis" --hypothesis-profile thorough $(PYTEST_ARGS)

# Compiled, and all of Unicode gone through, once here instead of by each worker at the same time.
$(VENV)/bytecode/.tests: $(VENV)/.dev $(shell find tests bot handlers sandbox -name '*.py')
	@$(BIN)/python -m pytest --collect-only -qq >/dev/null
	@$(BIN)/python -c "from hypothesis import strategies; strategies.text().validate()"
	@mkdir -p $(@D) && touch $@

audit: $(VENV)/.dev ## known vulnerabilities of what is pinned, as the registry itself tells them
	$(BIN)/uv tool run --from pip-audit==2.10.1 pip-audit --strict --disable-pip --require-hashes -r requirements.lock --vulnerability-service pypi

image-check: $(VENV)/.dev ## the Dockerfile's steps replayed without an engine, and the bot run from them
	$(BIN)/python scripts/replay_dockerfile.py

soak: $(VENV)/.dev ## people order at once while the bot is killed and everything misbehaves
	$(BIN)/python scripts/soak.py $(SOAK_ARGS)

bench-check: $(VENV)/.dev ## what each step costs, counted; BENCH_ARGS="--update" keeps new numbers
	$(BIN)/python -m benchmarks.check $(BENCH_ARGS)

bench: $(VENV)/.dev ## floors, peers and the bot in one run; BENCH_ARGS="--quick" for a look
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

lock: $(VENV)/.dev ## pin everything again, with hashes and without addresses
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra postgres --generate-hashes --no-emit-index-url --no-annotate --quiet --universal --python-version 3.11 --custom-compile-command "make lock" -o requirements-dev.lock
	$(BIN)/uv pip compile pyproject.toml --extra postgres -c requirements-dev.lock --generate-hashes --no-emit-index-url --no-annotate --quiet --universal --python-version 3.11 --custom-compile-command "make lock" -o requirements.lock

wheel: $(VENV)/.dev ## dist/snaporder-*.whl: the bot with its command, without the sandbox
	$(BIN)/python -m locales
	@rm -rf build  # setuptools would put what was there before into the wheel
	$(BIN)/uv build --wheel --offline --no-build-isolation --python $(BIN)/python -o dist

changes: $(VENV)/.dev ## the changelog's next section, from the fragments in changes/
	@$(BIN)/towncrier build --draft --version $(RELEASE) 2>/dev/null

release: $(VENV)/.dev ## collect the fragments into CHANGELOG.md under the version of pyproject.toml
	$(BIN)/towncrier build --yes --version $(RELEASE)

clean:
	rm -rf $(VENV) .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=")'
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --without-pip $(VENV)

$(VENV)/.run: requirements.lock | $(VENV)/bin/python
	@{ $(PIP) -r $< || echo "pip failed"; } | $(SHOWN)
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/bin/python
	@{ $(PIP) -r $< || echo "pip failed"; } | $(SHOWN)
	@touch $@ $(VENV)/.run
