# Shuke: `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help

.PHONY: help setup demo report serve test check unit records browser pictures docs requirements bench bench-web bench-fields bench-duplicates bench-choice bench-shop bench-classes accuracy accuracy-of-classes clean

help: ## List these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: $(BIN)/.demo ## Build .venv with what the program needs
demo: $(BIN)/.demo ## Load a real year of grocery purchases and serve it at 127.0.0.1:8000 (SHOP=1: a simulated shop)
	@$(BIN)/shuke demo $(if $(SHOP),--shop)

serve: $(BIN)/.demo ## Serve your own data: web server and worker in one
	@$(BIN)/shuke serve

report: $(BIN)/.demo ## Score a real year of grocery purchases and print the report
	@$(BIN)/shuke score demo:complete-journey --out var/demo/scores.csv --rejects var/demo/rejects.csv

test: check unit ## Run every check (builds .venv first)

check: $(BIN)/.dev ## Style, types, the map of imports
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(BIN)/.dev ## Tests and the examples in docs
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup --durations=10

records: $(BIN)/.dev ## Tests of records, on the PostgreSQL that SHUKE_TEST_DATABASE_URL names (see .ci/with-postgres)
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup --durations=10 tests/crm tests/insight tests/web \
	  --ignore=tests/insight/test_killed.py --ignore=tests/web/test_api_schema.py

browser: $(BIN)/.dev ## Tests in Chromium only, each page in all four looks; pictures of the pages go to var/screens
	LOOKS=all $(BIN)/python -m pytest -q tests/browser

pictures: $(BIN)/.dev ## Make the pictures of the guides anew, in Chromium
	PICTURES=docs/guides/pictures $(BIN)/python -m pytest -q tests/browser/test_pictures.py

docs: $(BIN)/.dev ## Write the pages that are made from the code
	$(BIN)/python docs/make_tables.py

accuracy: $(BIN)/.dev ## Forecasts against the models of lifetimes (DATA=… for your own files), then all classes against the truth of the simulated shop (N=20000 customers); DOCS=1 writes the tables
	@$(BIN)/python benchmarks/accuracy.py $(if $(DATA),--data $(DATA)) $(if $(DOCS),--docs)
	$(if $(DATA),,@$(MAKE) --no-print-directory accuracy-of-classes)

bench: $(BIN)/.dev ## Measure: whole cycle against the bare query, fits against lifetimes (1 M and 10 M rows; BIG=1 adds 100 M)
	$(BIN)/python benchmarks/bench.py $(if $(BIG),--big)

bench-web: $(BIN)/.dev ## Measure pages and publishing with 1 M customers and ten users, on SQLite and PostgreSQL (N=20000 for fewer)
	$(BIN)/python benchmarks/bench_web.py $(if $(N),--customers $(N))

bench-fields: $(BIN)/.dev ## Measure cards of sixty fields at a million customers (SQLite, or what SHUKE_TEST_DATABASE_URL names)
	$(BIN)/python benchmarks/fields.py

bench-duplicates: $(BIN)/.dev ## Measure how fast and how well duplicates are found among 100,000 customers
	@$(BIN)/python benchmarks/duplicates.py

bench-choice: $(BIN)/.dev ## Measure what choosing a count model costs, against fitting one, at 1 M customers (N=50000 for fewer)
	@$(BIN)/python benchmarks/choice.py $(if $(N),--customers $(N))

bench-shop: $(BIN)/.dev ## Measure how fast the simulated shop is made (N="100000 5000000" for other sizes)
	@$(BIN)/python benchmarks/shop.py $(N)

bench-classes: $(BIN)/.dev ## Measure all classifications against the summary (N=5000000 customers; 1 M without; SHOP=1 for the simulated shop)
	@$(BIN)/python benchmarks/classes.py $(or $(N),1000000) $${TMPDIR:-/tmp} $(if $(SHOP),--shop)

accuracy-of-classes: $(BIN)/.dev ## The second half of accuracy alone: all classes against the truth of the simulated shop (N, DOCS=1)
	@$(BIN)/python benchmarks/accuracy_of_classes.py $(if $(N),--customers $(N)) $(if $(DOCS),--docs)

requirements: $(BIN)/.dev ## Pin the newest versions that pyproject.toml allows
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --no-emit-index-url --python-version 3.11 pyproject.toml --all-extras -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --no-emit-index-url --python-version 3.11 pyproject.toml --extra demo -c requirements/dev.txt -o requirements/demo.txt

clean: ## Remove .venv and everything made
	rm -rf $(VENV) var build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The stamps make a later command quick; a changed pin or pyproject.toml rebuilds.
$(BIN)/.demo: requirements/demo.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Shuke needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.11 ...")'
	@test -x $(BIN)/python || { echo "Building $(VENV) ..."; $(PYTHON) -m venv $(VENV); }
	@echo "Installing what Shuke needs (about half a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/demo.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(BIN)/.dev: requirements/dev.txt $(BIN)/.demo
	@echo "Installing what the checks need (pyspark is large) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	@touch $@
