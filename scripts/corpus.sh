#!/usr/bin/env bash
# Decides every scenario of the corpus with the built program; each must come out as written.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_file examples/corpus "the register of the scenario corpus"
need_file examples/corpus/data/scenarios.json "the scenarios"
need_file "$target/debug/bailiwick" "the program (cargo build)"
"$target/debug/bailiwick" test --register examples/corpus --scenarios examples/corpus/data/scenarios.json --json
