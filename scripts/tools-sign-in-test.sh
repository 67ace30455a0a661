#!/usr/bin/env bash
# Signs people in through coding tools, which clients.sh installed, at a real OpenID provider.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

claude_code=$clients/claude-code-${claude_code_versions[0]}
codex=$clients/codex-$codex_version
need_file "$target/debug/bailiwick" "the program (cargo build)"
need_command python3 python3
need_command node nodejs
need_command tmux tmux
need_file "$oidc_provider/complete" "the OpenID provider, by scripts/clients.sh"
need_file "$claude_code/complete" "Claude Code, by scripts/clients.sh"
need_file "$codex/complete" "Codex, by scripts/clients.sh"
PYTHONDONTWRITEBYTECODE=1 exec python3 tests/e2e/oidc/tools.py "$target/debug/bailiwick" "$oidc_provider" \
    "$claude_code" "$codex"
