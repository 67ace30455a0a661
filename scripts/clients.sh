#!/usr/bin/env bash
# Installs the coding tools and SDKs that people use, unmodified and by exact version, once into the cache, and
# prints of each whether it is there:
#   clients.sh
# One that cannot be had is said so and left out; tests/e2e/clients/run.py decides whether that is allowed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# need_npm NAME PACKAGE@VERSION...: a folder of its own for each client. No install script of a package is run.
need_npm() {
    local folder=$clients/$1
    shift
    [ ! -e "$folder/complete" ] || return 0
    locked make_npm "$folder" "$@" >&2
}

# shellcheck disable=SC2317 # run by locked
make_npm() {
    local folder=$1
    shift
    [ ! -e "$folder/complete" ] || return 0
    rm -rf "$folder"
    mkdir -p "$folder"
    printf '{"private":true}\n' >"$folder/package.json"
    # What npm fetched is kept in the folder only, not a second time in npm's own cache.
    npm install --prefix "$folder" --cache "$folder/npm-cache" --ignore-scripts --no-audit --no-fund --omit=dev \
        --save-exact --loglevel error "$@" || return
    rm -rf "$folder/npm-cache"
    touch "$folder/complete"
}

# client NAME COMMAND...: says whether it could be had, and goes on where it could not.
client() {
    local name=$1 reason
    shift
    if reason=$("$@" 2>&1); then
        echo "$name: installed"
    else
        echo "$name: cannot be had, so its tests are skipped: $(tail -n 1 <<<"$reason")"
    fi
}

mkdir -p "$clients"
if ! command -v npm >/dev/null; then
    echo "npm is missing, so that the clients written for Node cannot be had"
else
    for version in "${claude_code_versions[@]}"; do
        client "claude-code $version" need_npm "claude-code-$version" "@anthropic-ai/claude-code@$version"
    done
    client "codex $codex_version" need_npm "codex-$codex_version" "@openai/codex@$codex_version"
    client "copilot $copilot_version" need_npm "copilot-$copilot_version" "@github/copilot@$copilot_version"
    client "gemini-cli $gemini_cli_version" need_npm "gemini-cli-$gemini_cli_version" \
        "@google/gemini-cli@$gemini_cli_version"
    client "oidc-provider $oidc_provider_version" need_npm "${oidc_provider##*/}" "oidc-provider@$oidc_provider_version"
    client "SDKs for Node" need_npm "${sdk_node##*/}" \
        "openai@$openai_js_version" "@anthropic-ai/sdk@$anthropic_js_version" "@google/genai@$genai_js_version"
fi
client "SDKs for Python" need_venv "${sdk_venv##*/}" \
    "openai==$openai_version" "anthropic==$anthropic_version"
client "llm $llm_version" need_venv "${llm_venv##*/}" "llm==$llm_version"
client "LangChain" need_venv "${langchain_venv##*/}" \
    "langchain-openai==$langchain_openai_version" "langchain-anthropic==$langchain_anthropic_version"
