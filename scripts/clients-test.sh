#!/usr/bin/env bash
# Drives the clients that clients.sh installed, unmodified, against the demo. ONLY=codex runs one kind of them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_file "$target/debug/bailiwick" "the program (cargo build)"
need_file tests/e2e/clients/run.py "the clients"
need_command python3 python3
scratch=$(mktemp -d)
demo='' demos=()

stop() {
    local one
    for one in "${demos[@]}" $demo; do
        if kill "$one" 2>/dev/null; then wait "$one" 2>/dev/null || true; fi
    done
    rm -rf "$scratch"
}
trap stop EXIT
mkdir "$scratch/today" "$scratch/directive"
start_demo "$scratch/today"
demos+=("$demo")
start_demo "$scratch/directive" --at 2026-06-20T12:00:00Z
demos+=("$demo")

tools=()
for version in "${claude_code_versions[@]}"; do
    tools+=(claude-code "$version" "$clients/claude-code-$version")
done
PYTHONDONTWRITEBYTECODE=1 python3 tests/e2e/clients/run.py "$scratch/today/ready.json" "$scratch/directive/ready.json" \
    "${tools[@]}" \
    codex "$codex_version" "$clients/codex-$codex_version" \
    copilot "$copilot_version" "$clients/copilot-$copilot_version" \
    gemini-cli "$gemini_cli_version" "$clients/gemini-cli-$gemini_cli_version" \
    llm "$llm_version" "$llm_venv" \
    openai-python "$openai_version" "$sdk_venv" \
    anthropic-python "$anthropic_version" "$sdk_venv" \
    openai-js "$openai_js_version" "$sdk_node" \
    anthropic-js "$anthropic_js_version" "$sdk_node" \
    genai-js "$genai_js_version" "$sdk_node" \
    langchain-openai "$langchain_openai_version" "$langchain_venv" \
    langchain-anthropic "$langchain_anthropic_version" "$langchain_venv"
for demo in "${demos[@]}"; do
    kill -0 "$demo" 2>/dev/null || die "a demo ended by itself: $(tail -n 20 "$scratch"/*/err)"
done
