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

# Each peer becomes a small Debian of its own: the package and the libraries that it needs, unpacked
# below build/peers/<package>, to be entered by chroot. Debian allows only one mail server to be
# installed, and all three have users, paths and queue folders compiled in; like this they find all
# of that where they expect it, and nothing of it touches the machine: no users, no services, no files.
unpack_peers() {
  local package root=$PWD/build/peers
  for package in $(packages_of peers); do
    [ -e "$root/$package/.unpacked" ] && continue
    apt_fetch_lists
    say "Unpacking $package below build/peers"
    rm -rf "${root:?}/$package"
    mkdir -p "$root/$package" "$root/.debs"
    local needed archive
    needed=$(with_libraries "$package")
    (cd "$root/.debs" && apt-get download -q -o APT::Sandbox::User=root $needed >&2)
    for archive in $needed; do
      dpkg-deb -x "$(ls "$root/.debs/${archive}_"*.deb)" "$root/$package"
    done
    rm -rf "$root/$package"/usr/share/{doc,man,locale,lintian,bug}
    touch "$root/$package/.unpacked"
  done
  rm -rf "$root/.debs"
}

# A package, every library package below it, and a shell (OpenSMTPD delivers by way of one).
with_libraries() {  # PACKAGE
  apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
    --no-replaces --no-enhances "$1" dash | awk -v top="$1" '
    /^[a-z]/ { package = $1 }
    /^ +\|?(Pre)?Depends: (lib|zlib)/ { below[package] = below[package] " " $2 }
    END {
      todo[last = 1] = top; todo[last = 2] = "dash"; seen[top]; seen["dash"]
      for (next_one = 1; next_one <= last; next_one++) {
        print todo[next_one]
        count = split(below[todo[next_one]], names, " ")
        for (i = 1; i <= count; i++) if (!(names[i] in seen)) { seen[names[i]]; todo[++last] = names[i] }
      }
    }'
}
