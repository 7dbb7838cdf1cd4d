#!/bin/sh
# Renew the lock files from pyproject.toml: exact versions, with the hash of every file of each, for every platform.
#
#   tools/lock.sh             keep the versions that still fit
#   tools/lock.sh --upgrade   take the newest that pyproject.toml allows
set -eu
cd "$(dirname "$0")/.."

if ! command -v uv >/dev/null 2>&1; then
    echo "proofpress: renewing the lock files needs uv (pip install uv)." >&2
    exit 3
fi

# No header and no index address: where the packages are fetched from is the business of each machine.
compile() {
    uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links "$@"
}

compile "$@" --output-file requirements/build.txt
# Constrained by the first, so that the tests run what is shipped.
compile "$@" --extra test --constraints requirements/build.txt --output-file requirements/test.txt
