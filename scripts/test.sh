#!/usr/bin/env bash
# Runs the stages of the tests and says of each whether it passed and how long it took:
#   test.sh [fast | full | long]
# fast leaves out what needs more than the compiler; long takes more cases and more time for fuzzing.
# A stage whose files do not exist fails: nothing is skipped. The last line counts the stages.
set -euo pipefail
mode=${1:-full}
if [ "${CI:-}" = true ]; then
    # A clean checkout each time: what is compiled of others is kept beside the cache.
    export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-${BAILIWICK_CACHE:-${HOME:?}/.cache/bailiwick}/target}
    export CARGO_INCREMENTAL=0 CARGO_TERM_COLOR=never
fi
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

case "$mode" in
fast) export BAILIWICK_DIFF_CASES=${BAILIWICK_DIFF_CASES:-2000} ;;
full) export BAILIWICK_DIFF_CASES=${BAILIWICK_DIFF_CASES:-20000} FUZZ_SECONDS=${FUZZ_SECONDS:-60} ;;
long)
    export BAILIWICK_DIFF_CASES=${BAILIWICK_DIFF_CASES:-1000000} FUZZ_SECONDS=${FUZZ_SECONDS:-3600}
    export PROPTEST_CASES=${PROPTEST_CASES:-20000} BAILIWICK_LONG=1 BAILIWICK_NEXTEST_PROFILE=long
    ;;
*) die "test.sh takes \`fast\`, \`full\` or \`long\`" ;;
esac
# Tests that drive the SDKs find their interpreter here; tools.sh makes it.
export BAILIWICK_SDK_PYTHON=$sdk_venv/bin/python
export BAILIWICK_NEXTEST_PROFILE=${BAILIWICK_NEXTEST_PROFILE:-ci}

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
passed=0 failed=0 table=

# stage NAME COMMAND...: runs it in a process of its own, so that its first failure ends it.
stage() {
    local name=$1 began=$SECONDS verdict=passed
    shift
    printf '\n=== %s\n' "$name"
    if "$@" </dev/null 2>&1 | tee "$logs/$name.log"; then
        passed=$((passed + 1))
    else
        verdict=FAILED failed=$((failed + 1))
    fi
    table+=$(printf '%-14s %-6s %5d s' "$name" "$verdict" $((SECONDS - began)))$'\n'
}

finish() {
    table+=$(printf '%-14s %-6s %5d s' total '' "$SECONDS")
    printf '\n=== stages\n%s\n\n%d passed, %d failed\n' "$table" "$passed" "$failed"
    [ "$failed" = 0 ]
    exit
}

# The differential run is one of the Rust tests; this says whether it was there and passed.
# shellcheck disable=SC2317 # run by stage
differential_ran() {
    grep -E '(PASS .* oracle.*differential|test .*differential.* \.\.\. ok)' "$logs/tests.log" ||
        die "no test of the oracle with \`differential\` in its name passed"
}

# What is left of checkouts long gone is compiled again rather than kept for ever.
trim_target() {
    [ "${CI:-}" = true ] && [ -d "$target" ] || return 0
    local gigabytes
    gigabytes=$(du -s --block-size=1G "$target" | cut -f1)
    [ "$gigabytes" -le "${BAILIWICK_TARGET_GB:-25}" ] || { say "emptying $gigabytes GB of build output"; rm -rf "$target"; }
}

trim_target
stage tools scripts/tools.sh "$([ "$mode" = fast ] && echo fast || echo full)"
[ "$failed" = 0 ] || finish
stage format cargo fmt --all --check
stage clippy cargo clippy --workspace --all-targets --locked -- -D warnings
stage build cargo build --workspace --locked
stage tests scripts/rust-tests.sh --workspace --locked
stage doc-tests cargo test --doc --workspace --locked
stage house-rules cargo run --quiet --locked -p xtask
stage corpus scripts/corpus.sh
stage differential differential_ran
[ "$mode" != fast ] || finish
stage dependencies scripts/deny.sh tree
stage seeded-bad scripts/deny.sh seeded
stage fuzz scripts/fuzz.sh
stage other-verifier scripts/independent-verify-test.sh
stage demo scripts/demo-smoke.sh
stage sign-in scripts/sign-in-test.sh
stage tools-sign-in scripts/tools-sign-in-test.sh
stage scim scripts/scim-test.sh
stage clients scripts/clients-test.sh
finish
