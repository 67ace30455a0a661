#!/usr/bin/env bash
# Starts the demo on a free port and uses it as a newcomer would: every call that the README shows, then the
# SDK scripts of tests/e2e.
#
# `bailiwick demo --json` prints one line of JSON once it can be used. Its `base_url` is required; each value in it
# reaches the calls as an environment variable named after its keys: {"personas":{"hk-analyst":{"key":"k"}}}
# gives BAILIWICK_PERSONAS_HK_ANALYST_KEY=k. A call in the README is a fence that begins ```sh smoke=451, where
# the number is the HTTP status that its last curl must see.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

binary=$target/debug/bailiwick
need_file "$binary" "the program (cargo build)"
need_file README.md "the calls that a newcomer is shown"
need_file tests/e2e "the SDK scripts"
PATH=$(dirname "$binary"):$PATH
scratch=$(mktemp -d)
demo=

stop() {
    [ -z "$demo" ] || { kill "$demo" 2>/dev/null && wait "$demo" 2>/dev/null; } || true
    rm -rf "$scratch"
}
trap stop EXIT

start_demo "$scratch"
python3 scripts/demo_env.py <"$scratch/ready.json" >"$scratch/env.sh"
# shellcheck source=/dev/null
source "$scratch/env.sh"
: "${BAILIWICK_BASE_URL:?the line of the demo names no base_url}"

# Stands before the real curl inside the README's calls: prints the answer, remembers the status.
curl() {
    command curl --silent --show-error --max-time 60 --output "$SMOKE_ANSWER" --write-out '%{http_code}' "$@" \
        >"$SMOKE_STATUS" || return
    cat "$SMOKE_ANSWER"
}
export -f curl
export SMOKE_ANSWER=$scratch/answer SMOKE_STATUS=$scratch/status

awk -v dir="$scratch" '
    /^```sh smoke=[0-9]+$/ { split($2, wanted, "="); file = sprintf("%s/call-%02d-%s.sh", dir, ++n, wanted[2]); next }
    /^```/ { file = "" }
    file != "" { print >file }
' README.md
calls=0
for call in "$scratch"/call-*.sh; do
    [ -e "$call" ] || die "README.md shows no call marked for this script"
    wanted=${call##*-} wanted=${wanted%.sh}
    # The README shows the address that the demo has by default.
    sed -i "s#target/demo/env#$scratch/data/env#g" "$call"
    sed -i -E "s#http://(127\.0\.0\.1|localhost):[0-9]+#$BAILIWICK_BASE_URL#g" "$call"
    : >"$SMOKE_STATUS"
    : >"$SMOKE_ANSWER"
    bash -euo pipefail "$call" >"$scratch/shown" || die "a call of the README failed: $(cat "$call")"
    seen=$(cat "$SMOKE_STATUS")
    [ "$seen" = "$wanted" ] || die "expected $wanted and got $seen from: $(cat "$call" "$scratch/shown")"
    calls=$((calls + 1))
done
echo "README: $calls calls answered as shown"

python=$(need_venv "sdk-openai-$openai_version-anthropic-$anthropic_version" \
    "openai==$openai_version" "anthropic==$anthropic_version")
scripts=0
for script in tests/e2e/*.py; do
    [ -e "$script" ] || die "tests/e2e holds no script"
    "$python" "$script" || die "$script failed"
    scripts=$((scripts + 1))
done
echo "SDKs: $scripts scripts passed"
kill -0 "$demo" 2>/dev/null || die "the demo ended by itself: $(tail -n 20 "$scratch/err")"

# The demo ends, and its ledger is checked by us and by a verifier that nobody here wrote.
kill "$demo" && wait "$demo" || true
demo=
bailiwick ledger --data-dir "$scratch/data" key >"$scratch/ledger.pub" 2>/dev/null
bailiwick verify "$scratch/data/ledger" --key "$scratch/ledger.pub"
scripts/independent-verify.sh "$scratch/data/ledger" "$(cat "$scratch/ledger.pub")"

# A licensor's pack of that ledger is checked in an empty folder, with program and key alone; with one byte changed it is refused.
bailiwick report licensor Anthropic --register examples/larkmoor-bank --data-dir "$scratch/data" \
    --from 2020-01-01 --until 2100-01-01 --territory HK --out "$scratch/pack" >"$scratch/shown"
mkdir "$scratch/elsewhere"
mv "$scratch/pack" "$scratch/ledger.pub" "$scratch/elsewhere"
check_pack() { (cd "$scratch/elsewhere" && env -i "$binary" verify pack --key ledger.pub); }
check_pack
sed -i '1s/entry/entri/' "$scratch/elsewhere/pack/evidence.jsonl"
if check_pack; then die "a pack with a changed byte was taken for whole"; fi
echo "reports: a pack holds by itself, and a changed one does not"
