# Each target works alone on a machine that has only Python 3.11+ and make.

PY := .venv/bin/python
# Most tests wait for servers on loopback, so more of them run at a time than there are cores.
JOBS ?= 3
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test check bench campaign texts lock clean

help:  ## What can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

run: .venv/run.stamp  ## Start; without tokens in .env, the rehearsal
	@exec $(PY) -m bots run $(ARGS)

test: .venv/dev.stamp  ## All tests but the long ones
	@exec $(PY) -m pytest -n $(JOBS) -m "not campaign" $(ARGS)

check: .venv/dev.stamp  ## Style, types and architecture
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest -q tests/test_architecture.py

bench: .venv/dev.stamp  ## Figures, as a table and in bench.json
	@exec $(PY) -m bench $(ARGS)

campaign: .venv/dev.stamp  ## The long tests: crashes, property machines, browser
	@rm -f campaign.json
	@# The longest are many, so each is handed out when a worker is free.
	@exec $(PY) -m pytest -n $(JOBS) --maxschedchunk 1 --durations 25 -m campaign $(ARGS)

texts: .venv/dev.stamp  ## Bring the catalogues of texts in line with the code
	@exec $(PY) -m tools.catalogues update

lock: .venv/dev.stamp  ## Resolve the dependencies anew
	$(PY) -m pip install --quiet uv
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) --extra dev pyproject.toml -o requirements-dev.txt

clean:  ## Remove what was installed or cached; data/ and .env stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -not -path './node_modules/*' -prune -exec rm -rf {} +

LOCK = $(PY) -m uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal \
	--python-version 3.11

# The lock for development holds everything that the one for running does.
.venv/dev.stamp: requirements-dev.txt tools/setup.sh
	@tools/setup.sh requirements-dev.txt
	@touch .venv/run.stamp $@

.venv/run.stamp: requirements.txt tools/setup.sh
	@tools/setup.sh requirements.txt
	@touch $@
