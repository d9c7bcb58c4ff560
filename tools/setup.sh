#!/bin/sh
# Makes .venv and installs a lock file into it: tools/setup.sh LOCK
#
# Needs Python 3.11 or newer, with its venv module or a pip of its own. PYTHON names another
# interpreter than the one that would be found.
set -eu
cd "$(dirname "$0")/.."
lock=$1
venv=.venv

# What a user's shell may carry must not decide what is installed here.
unset PYTHONPATH PYTHONHOME PIP_TARGET PIP_PREFIX || true
export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_REQUIRE_VIRTUALENV=0 PIP_ROOT_USER_ACTION=ignore

# The first interpreter that is new enough and can run the given statement. A name in PATH is
# not enough: version managers put names there that answer with an error.
find_python() {
    for name in ${PYTHON:-python3.11 python3.12 python3 python3.13 python3.14 python}; do
        if "$name" -c "import sys; sys.exit(sys.version_info < (3, 11)); $1" 2>/dev/null &&
            "$name" -c "$1" 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    return 1
}

make_venv() {
    rm -rf "$venv"
    if python=$(find_python "import venv, ensurepip"); then
        "$python" -m venv "$venv"
    elif python=$(find_python "import venv, pip"); then
        # Debian splits ensurepip off; the interpreter's own pip can fill the venv as well.
        "$python" -m venv --without-pip "$venv"
        "$python" -m pip --python "$venv/bin/python" install --quiet pip
    else
        echo "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3-venv)." >&2
        exit 1
    fi
}

"$venv/bin/python" -m pip --version >/dev/null 2>&1 || make_venv
echo "Installing $lock into $venv (once, and after it changed) ..."
"$venv/bin/python" -m pip install --quiet --require-hashes -r "$lock"

# The console script runs this checkout, without a build that would need unlocked packages.
cat >"$venv/bin/commonthread" <<END
#!/bin/sh
PYTHONPATH="$PWD" exec "$PWD/$venv/bin/python" -P -m bots "\$@"
END
chmod +x "$venv/bin/commonthread"
