#!/bin/sh
# Sets up what `make run` and `make test` need: system libraries where this user may install them (else it names them
# and says which fall-back is taken), a virtual environment on Python 3.11, and the packages at the tested versions.
set -eu

VENV=${VENV:-.venv}
LIBRARIES="libegl1 libegl-mesa0 libgl1 libgl1-mesa-dri libglib2.0-0"

say() { printf 'setup: %s\n' "$*"; }
has_library() { ldconfig -p 2>/dev/null | grep -q "$1"; }

missing_libraries() {
    has_library libEGL.so.1 && has_library libEGL_mesa.so.0 || printf 'libegl1 libegl-mesa0 '
    has_library libGL.so.1 || printf 'libgl1 '
    ls /usr/lib/*/dri/swrast_dri.so /usr/lib/dri/swrast_dri.so /usr/lib64/dri/swrast_dri.so /usr/lib/*/libgallium*.so >/dev/null 2>&1 || printf 'libgl1-mesa-dri '
    has_library libglib-2.0.so.0 || printf 'libglib2.0-0 '
}

find_python() {
    for candidate in ${PYTHON:-} python3.11 /usr/bin/python3.11 python3; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || continue
        command -v "$candidate"
        return 0
    done
    return 1
}

install_system() {
    root=""
    if [ "$(id -u)" != 0 ]; then
        if sudo -n true 2>/dev/null; then root="sudo -n"; else return 1; fi
    fi
    command -v apt-get >/dev/null 2>&1 || return 1
    say "installing system packages: $*"
    $root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null 2>&1 || true
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}

missing=$(missing_libraries)
# shellcheck disable=SC2086
if [ -n "$missing" ] && ! install_system $missing; then
    say "could not install: $missing"
    say "ask an administrator for: apt-get install $LIBRARIES"
    say "until then: without EGL, footage is drawn by PyBullet's TinyRenderer; without libGL, OpenCV's headless build is used"
fi

python=$(find_python) || {
    install_system python3.11 python3.11-venv || true
    python=$(find_python) || {
        say "Python 3.11 was not found (PyBullet ships no wheel for later ones); install it, or set PYTHON=/path/to/python3.11"
        exit 2
    }
}
say "using $python"

if [ ! -x "$VENV/bin/python" ]; then
    "$python" -m venv "$VENV" 2>/dev/null || {
        rm -rf "$VENV"
        install_system python3.11-venv && "$python" -m venv "$VENV"
    } || {
        rm -rf "$VENV"
        say "cannot make a virtual environment with $python; its venv module is needed (Debian: python3.11-venv)"
        exit 2
    }
fi

say "installing Python packages (about 6 GB with torch, a few minutes the first time)"
"$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[footage,recognition,carla,sumo,ray,peers,dev]'

if ! "$VENV/bin/python" -c 'import cv2' 2>/dev/null; then
    version=$("$VENV/bin/python" -m pip list --format=freeze | sed -n 's/^opencv-python==//p')
    say "OpenCV cannot find its system libraries: taking its headless build $version"
    "$VENV/bin/python" -m pip uninstall --quiet --yes opencv-python
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check "opencv-python-headless==$version"
    "$VENV/bin/python" -c 'import cv2'
fi
say "ready"
