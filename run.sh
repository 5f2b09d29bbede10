#!/bin/sh
# Makes .venv beside this file from requirements.lock when that is due, then runs what was asked.
# POSIX sh; wants nothing but Python 3.11 or newer with its venv module.
set -eu

here=$(dirname -- "$(readlink -f -- "$0")")
venv=$here/.venv
bin=$venv/bin

explain() {
    cat <<'END'
./run.sh demo                shows Wirewatch at work in a minute; nothing leaves this machine
./run.sh watch               watches what config/ names; any other word goes to wirewatch: ./run.sh add URL
./run.sh test | check        the tests (with pytest's arguments) | style, types and layers
./run.sh bench NAME          measures one figure, peers beside us; --check fails below its floor
END
}

say() { printf 'run.sh: %s\n' "$*" >&2; }

give_up() { say "$@"; exit 69; } # EX_UNAVAILABLE of sysexits.h

# Prints the first Python that will do.  A pyenv shim is there without its Python, so each is run.
find_python() {
    if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; else
        set -- python3.13 python3.12 python3.11 python3
    fi
    old='' bare=''
    for python; do
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
        if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            old="$python is Python $version"
        elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            bare="$python (Python $version) has no venv module"
        else
            printf '%s\n' "$python"
            return
        fi
    done
    if [ -n "$bare" ]; then give_up "$bare. This helps: sudo apt-get install python3-venv"; fi
    give_up "${old:-no Python found as $*}; Wirewatch needs 3.11 or newer." \
        "On Debian 12 or later this helps: sudo apt-get install python3-venv"
}

hash_of() { cat -- "$@" | sha256sum | cut -c1-64; }

# What the project itself is installed from: the parts in C are built then.
hash_of_project() { hash_of "$here/pyproject.toml" "$here"/monitor/*/*.[ch]; }

# What the environment is made from.  The path too: a copied .venv would run the tree it came from.
stamp_for() { printf '%s %s %s\n' "$(hash_of "$here/requirements.lock")" "$("$1" -V 2>&1)" "$here"; }

is_current() {
    [ -x "$bin/python" ] &&
        [ "$(stamp_for "${PYTHON:-$bin/python}")" = "$(cat "$venv/made-from" 2>/dev/null)" ] &&
        [ "$(hash_of_project)" = "$(cat "$venv/project" 2>/dev/null)" ]
}

pip() {
    "$bin/python" -m pip --disable-pip-version-check --no-input "$@" >"$venv/pip.log" 2>&1 || {
        status=$?
        cat "$venv/pip.log" >&2
        say "the installation failed; pip's own words stand above"
        exit "$status"
    }
}

# The stamps go first and come last, so that what is interrupted here is made again.
make_venv() {
    if [ "$(stamp_for "${PYTHON:-$bin/python}" 2>/dev/null)" != "$(cat "$venv/made-from" 2>/dev/null)" ]; then
        python=$(find_python)
        say "making .venv with $("$python" -V), a minute or so, this once"
        rm -f "$venv/made-from" "$venv/project"
        rm -rf "$venv"
        "$python" -m venv "$venv"
        pip install --require-hashes --requirement "$here/requirements.lock"
        stamp_for "$bin/python" >"$venv/made-from"
    fi
    # Where they cannot be built anew, Python is better than what was built of other sources.
    rm -f "$here"/monitor/*/*.so
    pip install --no-index --no-deps --no-build-isolation --editable "$here"
    hash_of_project >"$venv/project"
}

ready() {
    if is_current; then return; fi
    (
        if ! flock --nonblock 9; then
            say "waiting for another run.sh that makes .venv"
            flock 9
        fi
        if ! is_current; then make_venv; fi
    ) 9<"$here"
}

check() {
    failed=0
    "$bin/ruff" check . || failed=1
    "$bin/ruff" format --check . || failed=1
    "$bin/mypy" || failed=1
    "$bin/python" -m pytest tests/test_architecture.py || failed=1
    return "$failed"
}

# The other scripts are what these share: kit, and parts of one benchmark, such as poll_server.
benchmarks() {
    printf '%s\n' benchmarks/*.py | sed -n 's|^benchmarks/\([a-z]*\)\.py$|\1|p' | grep -vx kit
}

bench() {
    if [ $# -gt 0 ] && benchmarks | grep -qxF -e "$1"; then
        name=$1
        shift
        exec "$bin/python" "benchmarks/$name.py" "$@"
    fi
    say "name a benchmark, one of these:"
    benchmarks | sed 's/^/    /' >&2
    exit 2
}

word=${1:-}
case $word in
'' | -h | --help) explain && exit ;;
esac
ready
case $word in
watch) shift && exec "$bin/wirewatch" watch --config "${WIREWATCH_CONFIG:-$here/config}" "$@" ;;
test)
    shift
    cd "$here"
    if [ $# -gt 0 ]; then exec "$bin/python" -m pytest "$@"; fi
    # Side by side, one more than there are cores, since many wait for a daemon; each file's in one
    # process, since its tests may share one; in the order of names, so that long ones begin early.
    many=$(($(getconf _NPROCESSORS_ONLN) + 1))
    "$bin/python" -m pytest -m 'not nightly and not alone' --numprocesses="$many" \
        --maxprocesses=4 --dist=loadfile --no-loadscope-reorder && failed=0 || failed=1
    "$bin/python" -m pytest -m 'alone and not nightly' && exit "$failed"
    exit 1
    ;;
check) cd "$here" && check ;;
bench) shift && cd "$here" && bench "$@" ;;
*) exec "$bin/wirewatch" "$@" ;;
esac
