#!/usr/bin/env bash
# Measures the gateway beside nginx in one run and prints a table with ratios.
# It takes about three minutes once built. Without nginx there are no ratios, without wrk no saturation; it says so.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
(need_command nginx nginx-light) || say "no nginx"
(need_command wrk wrk) || say "no wrk"
cargo build --release --locked -p bailiwick -p bench
# beside the build, on a disk that keeps: a ledger in memory would measure nothing
folder=$target/bench
rm -rf "$folder"
trap 'rm -rf "$folder"' EXIT
timeout --kill-after=20 240 "$target/release/bench" "$target/release/bailiwick" "$folder"
