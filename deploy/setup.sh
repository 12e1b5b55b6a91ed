# Sourced by ./run, ./test and .ci/run: finds Python, keeps .venv in step with the requirements.
# Needs nothing but Python 3.11 or newer and the package registry.

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else say "This step needs root, and sudo is not here: $*"; return 1; fi
}

# debian_packages PACKAGE...: installs them; asks for root.
debian_packages() {
  command -v apt-get >/dev/null || { say "Install these yourself, apt-get is not here: $*"; return 1; }
  say "Installing Debian packages: $*"
  as_root apt-get -qq update >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >&2
}

find_python() {
  local candidate
  for candidate in python3.11 python3.12 python3.13 python3; do
    if command -v "$candidate" >/dev/null &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  say "Python 3.11 or newer is needed and was not found on the PATH"
  return 1
}

# ensure_venv ROOT REQUIREMENTS: creates ROOT/.venv and installs what changed since the last time.
ensure_venv() {
  local root=$1 requirements=$2 python stamp
  stamp="$root/.venv/.installed-$(cat "$root"/requirements*.txt | sha256sum | cut -c1-16)-$(basename "$requirements" .txt)"
  [ -e "$stamp" ] && return
  if [ ! -x "$root/.venv/bin/pip" ]; then
    python=$(find_python)
    say "Creating the virtual environment with $python"
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
      if "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m venv --without-pip "$root/.venv"
        "$python" -m pip --quiet --python "$root/.venv/bin/python" install pip
      else
        debian_packages python3-venv
      fi
    fi
    [ -x "$root/.venv/bin/pip" ] || "$python" -m venv --clear "$root/.venv"
  fi
  say "Installing $(basename "$requirements") (about a minute the first time)"
  "$root/.venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
  : >"$stamp"
}
