# The commands of this house. `make` lists them; nothing here needs a container.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
ARGS ?=
PO := translations/vi/LC_MESSAGES/messages.po
MO := $(PO:.po=.mo)
FLASK := $(BIN)/flask --app wsgi
IN_INSTANCE := $(BIN)/python -m scripts.run exec --

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[1mmake %-12s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- Everyday -------------------------------------------------------------------------------------------------------

.PHONY: run
run: $(VENV)/.ready $(MO) ## Prepare everything, then start the service with a demo province (PORT=8000)
	@scripts/prepare run
	@exec $(BIN)/python -m scripts.run serve --port $(PORT)

.PHONY: test
test: $(VENV)/.ready-dev $(MO) ## Run the whole suite on real services, on all cores (ARGS="-k seal" narrows it)
	@scripts/prepare test
	@$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: lint
lint: $(VENV)/.ready-dev ## Check style, layers, templates and translations
	@$(MAKE) --keep-going lint-style lint-format lint-layers lint-templates lint-words

.PHONY: lint-style lint-format lint-layers lint-templates lint-words
lint-style:
	@$(BIN)/ruff check .
lint-format:
	@$(BIN)/ruff format --check .
lint-layers:
	@$(BIN)/lint-imports --no-logo
lint-templates:
	@$(BIN)/djlint --profile jinja --lint --quiet templates
lint-words:
	@$(BIN)/python -m scripts.messages check

.PHONY: fix
fix: $(VENV)/.ready-dev ## Repair what the linters can repair by themselves
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

.PHONY: types
types: $(VENV)/.ready-dev ## Check types: strict in the domain, the store and the settings
	@$(BIN)/mypy

# --- Data and words -------------------------------------------------------------------------------------------------

.PHONY: migrate
migrate: $(VENV)/.ready ## Bring the embedded database to the newest migration
	@$(IN_INSTANCE) $(FLASK) db upgrade

.PHONY: messages
messages: $(VENV)/.ready ## Collect new sentences, bring the Vietnamese catalogue up to date and compile it
	@$(BIN)/python -m scripts.messages update
	@$(BIN)/python -m scripts.messages compile

$(MO): $(PO) $(VENV)/.ready
	@$(BIN)/python -m scripts.messages compile

.PHONY: lock
lock: $(VENV)/.ready-dev ## Pin all requirements with hashes (ARGS=--upgrade renews all)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --custom-compile-command "make lock" $(ARGS) requirements.in -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --custom-compile-command "make lock" $(ARGS) -c requirements.txt requirements-dev.in -o requirements-dev.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --custom-compile-command "make lock" $(ARGS) -c requirements.txt dms_agent/pyproject.toml \
		-o dms_agent/requirements.txt

# --- Shown to others ------------------------------------------------------------------------------------------------

.PHONY: bench
bench: $(VENV)/.ready-dev $(MO) ## Measure speed and memory and print the table
	@scripts/prepare test
	@$(BIN)/python -m bench $(ARGS)

.PHONY: screenshots
screenshots: $(VENV)/.ready-dev $(MO) ## Draw the main pages again, at desktop and phone width, into docs/screenshots
	@scripts/prepare test
	@$(BIN)/python -m scripts.screenshots $(ARGS)

.PHONY: clean
clean: ## Remove what can be made again; instance/ with its data stays
	@rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov $(MO)
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- The virtual environment: made once, made again only when the lock changes ---------------------------------------

$(VENV)/.ready: requirements.txt scripts/venv
	@scripts/venv requirements.txt $@

$(VENV)/.ready-dev: requirements-dev.txt requirements.txt scripts/venv
	@scripts/venv requirements-dev.txt $@
	@touch $(VENV)/.ready
