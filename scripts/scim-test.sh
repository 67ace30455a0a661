#!/usr/bin/env bash
# Keeps the directory by SCIM, and lets scim2-cli judge the server.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_file "$target/debug/bailiwick" "the program (cargo build)"
need_command python3 python3
python=$(need_venv "scim2-cli-$scim2_cli_version" "scim2-cli==$scim2_cli_version" \
    "scim2-client==$scim2_client_version" "scim2-models==$scim2_models_version" "scim2-tester==$scim2_tester_version")
PYTHONDONTWRITEBYTECODE=1 exec python3 tests/e2e/scim/run.py "$target/debug/bailiwick" "${python%/*}/scim2"
