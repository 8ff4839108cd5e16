# Behind a proxy with a certificate authority of its own, uv and npm must ask the system's; elsewhere this is free.
export UV_SYSTEM_CERTS = 1
export NODE_USE_SYSTEM_CA = 1
PYTHON ?= python3
BIN := .venv/bin
ASSETS := src/heliograph/web/assets
ASSET_FILES := $(shell find $(ASSETS) -name node_modules -prune -o -type f -print 2>/dev/null)
COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
define install
	$(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements/$(1).txt
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@
endef

.PHONY: setup run test check fmt bench drill docs lock sbom audit
setup: .venv/.assets  ## make .venv, so that .venv/bin/heliograph is the command

run: setup  ## start everything; ARGS="--port 9000" passes options
	@$(BIN)/heliograph up $(ARGS)

test: .venv/.dev .venv/.assets  ## run the tests; ARGS="tests/kit" chooses
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -n auto --dist worksteal $(ARGS)
check: .venv/.dev  ## lint and types
	$(BIN)/ruff check && $(BIN)/ruff format --check
	$(BIN)/mypy --strict src/heliograph/engine src/heliograph/kit src/heliograph/client
fmt: .venv/.dev  ## put the code into shape
	$(BIN)/ruff check --fix && $(BIN)/ruff format

bench: .venv/.dev  ## list the benchmarks; NAME=indicators runs one
	@$(BIN)/python -m benchmarks$(addprefix .,$(NAME)) $(ARGS)
drill: .venv/.dev  ## list the drills; NAME=kills runs one
	@$(BIN)/python -m benchmarks.drills$(addprefix .,$(subst -,_,$(NAME))) $(ARGS)

docs: .venv/.dev  ## write the reference pages anew, and build the site into build/site
	$(BIN)/python scripts/make_reference.py && NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build -q

sbom audit: .venv/.assets  ## what it is made of, as CycloneDX; known faults in it (3: no list was reached)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python scripts/$@.py

lock: .venv/.dev  ## choose the newest versions that pyproject.toml allows
	$(COMPILE) --upgrade pyproject.toml --extra build -o requirements/run.txt
	for extra in dev tracing; do $(COMPILE) --upgrade pyproject.toml --extra build --extra $$extra -c requirements/run.txt -o requirements/$$extra.txt || exit; done
	echo 'uv' | $(COMPILE) --upgrade - -o requirements/uv.txt

.venv/.uv: requirements/uv.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# Once the tests were set up, their packages stay.
.venv/.run: .venv/.uv requirements/run.txt pyproject.toml
	$(call install,$(if $(wildcard .venv/.dev),dev,run))

.venv/.dev: .venv/.run requirements/dev.txt
	$(call install,dev)

.venv/.assets: .venv/.run $(ASSET_FILES)
	PATH="$(CURDIR)/$(BIN):$$PATH"; cd $(ASSETS) && npm ci --no-audit --no-fund --loglevel=error && npm run build
	@touch $@
