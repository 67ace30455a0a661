#!/usr/bin/env bash
# Runs the Rust tests, by cargo-nextest where it is installed: rust-tests.sh [arguments of both].
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# disks and clocks that fail are tested with these
need_command strace strace
need_command faketime faketime

if cargo nextest --version >/dev/null 2>&1; then
    exec cargo nextest run --profile "${BAILIWICK_NEXTEST_PROFILE:-default}" "$@"
fi
exec cargo test --no-fail-fast --lib --bins --tests "$@"
