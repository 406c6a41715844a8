# Sourced by ./run and ./test: installs Debian packages of the named groups that are missing.
# Nothing is asked, no service is started, and a second call takes no time.

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }

packages_of() {  # GROUP...
  local group
  for group in "$@"; do
    awk -v want="[$group]" '/^\[/ { on = ($0 == want); next } on && NF && !/^#/' tools/packages.txt
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Package scripts must not start mail or name servers on this machine: policy-rc.d is Debian's way to
# say so, and it is taken away again unless it was there before.
with_services_denied() {
  local policy=/usr/sbin/policy-rc.d made=
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    made=1
  fi
  local status=0
  "$@" || status=$?
  [ -z "$made" ] || as_root rm -f "$policy"
  return $status
}

apt_fetch_lists() {
  [ -n "${POSTERN_APT_UPDATED:-}" ] || as_root apt-get update -q >&2
  POSTERN_APT_UPDATED=1
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2
}

install_groups() {  # GROUP...
  if ! command -v apt-get >/dev/null; then
    say "This is not Debian: install the packages named in tools/packages.txt by hand."
    return 0
  fi
  local missing=() package
  for package in $(packages_of "$@"); do
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
      missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing ${missing[*]}"
  apt_fetch_lists
  with_services_denied apt_install "${missing[@]}"
}

# Unpacks the peers with their libraries below build/peers/<package>; libraries come from apt.
unpack_peers() {
  local package root=build/peers
  mkdir -p "$root"
  for package in $(packages_of peers); do
    [ -e "$root/$package/.unpacked" ] && continue
    apt_fetch_lists
    say "Unpacking $package below $root"
    local libraries
    libraries=$(apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks \
      --no-replaces --no-enhances "$package" | awk '/^ +\|?Depends: lib/ {print $2}' | sort -u)
    with_services_denied apt_install $libraries
    rm -rf "$root/$package"
    mkdir -p "$root/$package"
    (cd "$root/$package" && apt-get download -q "$package" >&2 && dpkg-deb -x ./*.deb . &&
      rm -f ./*.deb && touch .unpacked)
  done
}
