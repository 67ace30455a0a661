#!/usr/bin/env bash
# Signs in at a real OpenID provider, which clients.sh installed, and uses its tokens.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_file "$target/debug/bailiwick" "the program (cargo build)"
need_command python3 python3
need_command node nodejs
need_file "$oidc_provider/complete" "the OpenID provider, by scripts/clients.sh"
PYTHONDONTWRITEBYTECODE=1 exec python3 tests/e2e/oidc/run.py "$target/debug/bailiwick" "$oidc_provider"
