# Two lines are enough: `make chat` and `make test`. Everything they need is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: chat test check lint ingest run encoder clean help

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	@# torch by itself first: with it in place nothing asks for a build with CUDA.
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch==2.13.0
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@

chat: ingest ## set up everything and talk to the assistant in this terminal
	$(BIN)/python -m bot chat

ingest: $(VENV)/installed ## check and publish knowledge/
	$(BIN)/python ingest.py

test: $(VENV)/installed ## set up and run all tests
	$(BIN)/python -m pytest

check: $(VENV)/installed ## what CI runs besides the tests: style, floors, knowledge
	$(BIN)/ruff check bot tests ingest.py
	$(BIN)/lint-imports
	$(BIN)/python ingest.py --check

run: ingest ## the Telegram bot (needs BOT_TOKEN)
	$(BIN)/python -m bot run

encoder: $(VENV)/installed ## build the embedded encoder again from the repository's data
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[build]'
	$(BIN)/python -m bot build-encoder

clean: ## remove what was built here; data/ stays
	rm -rf $(VENV) build *.egg-info
