# Thin names for the scripts; `make` alone prints them.

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-long bench fuzz fmt lint golden

help: ## prints this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## builds and runs the demo in the foreground (BAILIWICK_STANDIN_ONLY=1: without a model)
	@scripts/demo.sh $(ARGS)

test: ## runs every stage, as CI does
	@scripts/test.sh full

test-fast: ## leaves out the stages that need more than the compiler
	@scripts/test.sh fast

test-long: ## all stages, with far more cases and an hour of fuzzing
	@scripts/test.sh long

bench: ## measures the gateway beside nginx, three minutes; `cargo bench` measures decisions, facts and the reading of bodies
	@scripts/bench.sh

fuzz: ## fuzzes every target, FUZZ_SECONDS in all (480)
	@scripts/fuzz.sh

fmt: ## formats the source
	@cargo fmt --all

lint: ## formats nothing; says what clippy and the house rules say
	@cargo clippy --workspace --all-targets -- -D warnings && cargo run --quiet -p xtask

golden: ## writes the checked-in golden files again; read the diff before you commit it
	@BAILIWICK_GOLDEN=write INSTA_UPDATE=always scripts/rust-tests.sh --workspace
