# Every habit of the project. Each command makes what it needs; nothing has to be set up before.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: help install serve test lint format schema lock bench bench-full clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 12

serve: .venv/runtime ## serve a demo practice on SQLite, at http://127.0.0.1:8000/graphql
	@$(BIN)/session-history serve --demo

test: .venv/development ## lint, types and all tests, on SQLite and on a PostgreSQL of their own
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --dist worksteal

install: .venv/development ## the whole environment, in .venv

lint: .venv/development ## what `make test` checks without running anything
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/development ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: .venv/development ## write the schema snapshots that the tests compare with
	$(BIN)/session-history schema > tests/schema/schema.graphql
	$(BIN)/session-history schema --portal > tests/schema/portal.graphql

bench: .venv/bench ## measure the history page beside other servers, in some three minutes
	$(BIN)/python -m benchmarks

bench-full: .venv/bench ## the same with longer rounds, and more of them, in about half an hour
	$(BIN)/python -m benchmarks --seconds 8 --rounds 7

lock: .venv/development ## resolve the dependencies anew, with hashes, for every platform
	$(BIN)/uv pip compile -q pyproject.toml --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --upgrade -o requirements.txt
	$(BIN)/uv pip compile -q pyproject.toml --group dev --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --upgrade -o requirements-dev.txt
	$(BIN)/uv pip compile -q pyproject.toml --group bench --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --upgrade -o requirements-bench.txt

clean: ## remove the environment and every cache
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/runtime: requirements.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing what the server needs (once)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/development: requirements-dev.txt .venv/runtime
	@echo "Installing what the tests need (once)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.venv/bench: requirements-bench.txt .venv/development
	@echo "Installing what is measured beside the server (once)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $@
