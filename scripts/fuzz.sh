#!/usr/bin/env bash
# Fuzzes every target of fuzz/ for FUZZ_SECONDS in all (default 480), split evenly.
# On nightly where it is installed, else on the pinned compiler with its unstable flags opened for this build
# only. Where neither can build with the sanitizer, the same harnesses run on their corpus as plain tests.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

seconds=${FUZZ_SECONDS:-480}
need_file fuzz/Cargo.toml "the fuzz targets"
need_cargo_tool cargo-fuzz "$cargo_fuzz_version"
export CARGO_TARGET_DIR=$target/fuzz
mapfile -t targets < <(cargo fuzz list)
[ "${#targets[@]}" -gt 0 ] || die "fuzz/ has no targets"
each=$((seconds / ${#targets[@]}))
[ "$each" -gt 0 ] || each=1

fuzz() {
    if grep -q '^nightly' <<<"$(rustup toolchain list 2>/dev/null)"; then
        cargo +nightly fuzz "$@"
    else
        RUSTC_BOOTSTRAP=1 cargo fuzz "$@"
    fi
}

if ! fuzz build; then
    echo "no compiler here builds with the sanitizer: the harnesses run as plain tests"
    cargo test --manifest-path fuzz/Cargo.toml 2>&1 | tee "$cache/fuzz-as-tests.log"
    grep -q '^test result: ok. [1-9]' "$cache/fuzz-as-tests.log" || die "fuzz/ has no tests that run its harnesses"
    exit
fi
for name in "${targets[@]}"; do
    echo "fuzzing $name for $each s"
    # What is found is kept in the cache and tried again next time; what is checked in stays as it is.
    found=$cache/fuzz/$name
    seeds=fuzz/seeds/$name
    mkdir -p "$found"
    [ -d "$seeds" ] || seeds=
    fuzz run "$name" "$found" ${seeds:+"$seeds"} -- -max_total_time="$each" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
done
