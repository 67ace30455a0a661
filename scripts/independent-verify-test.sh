#!/usr/bin/env bash
# Makes a log of 70,000 entries, shows that a verifier of others accepts it, and that it refuses it once anything in it
# is changed: see independent-verify.sh. Each refusal must be for its own reason.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

size=70000
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
need_command python3 python3

write_log() { cargo run --quiet --locked --package tlog --example write_log -- "$@"; }
key=$(write_log "$scratch/log" $size)
write_log "$scratch/half" 35000 >"$scratch/half.key"
write_log "$scratch/forked" $size 20000 >"$scratch/forked.key"
write_log "$scratch/shorter" 69888 >"$scratch/shorter.key"
[ "$(cat "$scratch"/*.key | sort -u)" = "$key" ] || die "the logs have different keys"

verify() { scripts/independent-verify.sh "$@"; }

refused=0
# refuses WHY COMMAND...: the verifier must end with 1 and say why.
refuses() {
    local why=$1 said status=0
    shift
    said=$(verify "$@" 2>&1) || status=$?
    [ "$status" = 1 ] || die "the verifier ended with $status instead of refusing: $said"
    grep -qE "^refused: $why" <<<"$said" || die "refused for another reason than \`$why\`: $said"
    say "$said"
    refused=$((refused + 1))
}

# changed NAME: a copy of the log to change.
changed() {
    cp -r "$scratch/log" "$scratch/$1"
    printf '%s\n' "$scratch/$1"
}

# flip FILE BYTE: changes one byte.
flip() {
    python3 - "$1" "$2" <<'END'
import sys

with open(sys.argv[1], "r+b") as file:
    file.seek(int(sys.argv[2]))
    byte = file.read(1)[0]
    file.seek(int(sys.argv[2]))
    file.write(bytes([byte ^ 1]))
END
}

# recompute BUNDLE TILE: the leaf tile that belongs to a bundle of entries.
recompute() {
    python3 - "$1" "$2" <<'END'
import hashlib, sys

rest, leaves = open(sys.argv[1], "rb").read(), b""
while rest:
    end = 2 + int.from_bytes(rest[:2], "big")
    leaves += hashlib.sha256(b"\0" + rest[2:end]).digest()
    rest = rest[end:]
open(sys.argv[2], "wb").write(leaves)
END
}

verify "$scratch/log" "$key"
verify "$scratch/log" "$key" "$scratch/half/checkpoint"
verify "$scratch/log" "$key" "$scratch/log/checkpoint"
for few in 0 1 2 255 256 257 513; do
    write_log "$scratch/$few" $few >/dev/null
    verify "$scratch/$few" "$key"
done

log=$(changed entry)
flip "$log/tile/entries/078" 5
refuses 'entry 19968 of the log, in tile/entries/078, is not the one in the tree' "$log" "$key"

recompute "$log/tile/entries/078" "$log/tile/0/078"
refuses 'the leaves of tile/entries/078: ' "$log" "$key"
# the recomputation is right: with every entry as it was it changes nothing
recompute "$scratch/log/tile/entries/078" "$scratch/recomputed"
cmp "$scratch/recomputed" "$scratch/log/tile/0/078" || die "the leaf tile was recomputed wrongly"

log=$(changed tile)
flip "$log/tile/1/000" 0
refuses 'the leaves of tile/entries/000: ' "$log" "$key"

log=$(changed tail-of-entries)
rm "$log/tile/entries/273.p/112"
refuses 'the entries: .*273.p/112' "$log" "$key"

log=$(changed tail-of-tiles)
rm "$log/tile/0/273.p/112"
refuses '.*273.p/112: no such file' "$log" "$key"

log=$(changed short-tile)
truncate -s -32 "$log/tile/0/273.p/112"
refuses '.*tile/0/273.p/112 has 3552 bytes, not 112 hashes' "$log" "$key"

log=$(changed short-entries)
truncate -s -1 "$log/tile/entries/273.p/112"
refuses 'tile/entries/273.p/112 ends within entry 111' "$log" "$key"

log=$(changed long-entries)
printf 'x' >>"$log/tile/entries/273.p/112"
refuses 'tile/entries/273.p/112 has 1 bytes after its last entry' "$log" "$key"

# a checkpoint of another history, which the log has signed too
log=$(changed forked-checkpoint)
cp "$scratch/forked/checkpoint" "$log/checkpoint"
refuses '.*inconsistent' "$log" "$key"

# a history that is another one from the beginning, whole in itself: only an earlier checkpoint shows it
verify "$scratch/forked" "$key"
refuses 'the growth from 35000 entries: ' "$scratch/forked" "$key" "$scratch/half/checkpoint"
refuses 'the log has shrunk from 70000 entries to 69888' "$scratch/shorter" "$key" "$scratch/log/checkpoint"

log=$(changed size)
sed -i '2s/.*/69999/' "$log/checkpoint"
refuses 'the checkpoint .*: invalid signature' "$log" "$key"

# somebody else's key under the same name
other="log.example/write-log+$(python3 - <<'END'
import base64, hashlib

public = bytes([1]) + bytes(range(32))
print(hashlib.sha256(b"log.example/write-log\n" + public).hexdigest()[:8] + "+" + base64.b64encode(public).decode())
END
)"
refuses 'the checkpoint .*: note has no verifiable signatures' "$scratch/log" "$other"

echo "accepted what is whole, refused $refused that are not"
