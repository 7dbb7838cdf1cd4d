#!/bin/sh
# Make .venv from a committed lock file, or bring it up to date.
#
#   tools/setup.sh build   what the press needs
#   tools/setup.sh test    that, and what the tests and `make lint` need
#
# Uses uv when it is on the PATH, else Python's own venv and pip. PYTHON names the interpreter to use.
# Exit code 3: something is missing on this machine, and the message says what.
set -eu
cd "$(dirname "$0")/.."

kind=${1:-build}
lock=requirements/$kind.txt
venv=.venv
if [ ! -f "$lock" ]; then
    echo "tools/setup.sh: no such lock file: $lock (give build or test)" >&2
    exit 2
fi

is_usable() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# A system's python3 may be too old while a newer one stands beside it under its full name.
find_python() {
    if [ -n "${PYTHON:-}" ]; then
        if is_usable "$PYTHON"; then echo "$PYTHON"; fi
        return
    fi
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if is_usable "$name"; then
            echo "$name"
            return
        fi
    done
}

missing_python() {
    {
        if [ -n "${PYTHON:-}" ]; then
            echo "proofpress needs Python 3.11 or newer; PYTHON=$PYTHON is not one."
        elif command -v python3 >/dev/null 2>&1; then
            echo "proofpress needs Python 3.11 or newer; python3 here is $(python3 --version 2>&1)."
        else
            echo "proofpress needs Python 3.11 or newer; there is no python3 on the PATH."
        fi
        echo
        echo "  Debian, Ubuntu    sudo apt-get install python3 python3-venv"
        echo "  Fedora            sudo dnf install python3"
        echo "  macOS             brew install python"
        echo
        echo "If there is one under another name: make setup PYTHON=/path/to/python3.12"
    } >&2
    exit 3
}

if command -v uv >/dev/null 2>&1; then has_uv=yes; else has_uv=no; fi

# An environment is made anew when its Python has gone or is too old, or when uv made it without pip and uv has gone.
if [ -e "$venv" ] || [ -L "$venv" ]; then
    if ! is_usable "$venv/bin/python"; then
        rm -rf "$venv"
    elif [ "$has_uv" = no ] && ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        rm -rf "$venv"
    fi
fi

if [ ! -e "$venv" ]; then
    python=$(find_python)
    [ -n "$python" ] || missing_python
    echo "Making $venv with $("$python" --version), once ..."
    if [ "$has_uv" = yes ]; then
        uv venv --quiet --python "$python" "$venv"
    elif ! said=$("$python" -m venv "$venv" 2>&1); then
        rm -rf "$venv"
        {
            echo "$said"
            echo
            echo "proofpress: Python could not make a virtual environment."
            echo "  Debian, Ubuntu    sudo apt-get install python3-venv"
        } >&2
        exit 3
    fi
fi

echo "Installing what $lock lists ..."
# Wheels only: a package that would have to be compiled here would fail late and obscurely.
if [ "$has_uv" = yes ]; then
    install="uv pip install --quiet --compile-bytecode --python $venv/bin/python"
else
    install="$venv/bin/python -m pip install --quiet --disable-pip-version-check"
fi
if ! $install --require-hashes --only-binary :all: -r "$lock"; then
    {
        echo
        echo "proofpress: the packages in $lock could not be installed; the reason stands above."
        echo "They come as wheels for Python 3.11 to 3.14 on Linux (x86_64, aarch64), macOS and Windows;"
        echo "this is $("$venv/bin/python" -c 'import platform as p; print("Python", p.python_version(), "on", p.platform())')."
    } >&2
    exit 3
fi

# Compiled now, the first run is as fast as the next; and where Python must not write (PYTHONDONTWRITEBYTECODE), every
# run would compile the press anew. A checkout that cannot be written to works all the same.
"$venv/bin/python" -m compileall -q pipeline >/dev/null 2>&1 || true

touch "$venv/.ready-$kind"
# The lock for the tests holds everything in the other, at the same versions.
if [ "$kind" = test ]; then touch "$venv/.ready-build"; fi
