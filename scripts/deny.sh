#!/usr/bin/env bash
# Checks the dependency tree against deny.toml: deny.sh tree | seeded.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Advisories need a database that is a git repository; where none is configured, that is said and not hidden.
# BAILIWICK_ADVISORY_DB is a local clone; git is told to read it in place of the public one.
check_advisories() {
    if [ -z "${BAILIWICK_ADVISORY_DB:-}" ]; then
        echo "advisories: not run (BAILIWICK_ADVISORY_DB names no local database)"
        return
    fi
    (
        scratch=$(mktemp -d)
        trap 'rm -rf "$scratch"' EXIT
        sed "s|^\[advisories\]|&\ndb-path = \"$scratch/db\"\ngit-fetch-with-cli = true|" deny.toml >"$scratch/deny.toml"
        export GIT_CONFIG_COUNT=1
        GIT_CONFIG_KEY_0="url.file://$(cd "$BAILIWICK_ADVISORY_DB" && pwd).insteadOf"
        export GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0="https://github.com/RustSec/advisory-db"
        cargo deny --config "$scratch/deny.toml" check advisories
    )
}

# The proof that deny.toml refuses: a workspace seeded with one banned crate and one banned licence must
# fail both checks, each for its own reason.
check_seeded() {
    local check code found
    while read -r check code; do
        found=$(cargo deny --offline --config deny.toml --manifest-path xtask/tests/fixtures/seeded-bad/Cargo.toml \
            check "$check" 2>&1) && die "the seeded workspace passed the $check check"
        grep -qF "$code" <<<"$found" || die "the $check check failed for another reason: $found"
        echo "seeded: the $check check refuses, $code"
    done <<'EXPECTED'
bans error[banned]: crate 'ring = 0.1.0' is explicitly banned
licenses error[rejected]: failed to satisfy license requirements
EXPECTED
}

need_cargo_tool cargo-deny "$cargo_deny_version"
case "${1:-}" in
tree)
    cargo deny --locked check bans licenses sources
    check_advisories
    ;;
seeded) check_seeded ;;
*) die "deny.sh takes \`tree\` or \`seeded\`" ;;
esac
