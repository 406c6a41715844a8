# Sourced by ./run and ./test: builds the web application into web/dist, which the program carries.
# A second call takes no time. POSTERN_WEB=OFF leaves it out.

build_web() {
  [ "${POSTERN_WEB:-ON}" = ON ] && [ -f web/package.json ] || return 0
  command -v npm >/dev/null || install_groups web
  if [ ! -e web/node_modules/.package-lock.json ] ||
    [ web/package-lock.json -nt web/node_modules/.package-lock.json ]; then
    say "Fetching what the web application is made of"
    npm --prefix web ci >&2 || {
      say "npm could not fetch it. POSTERN_WEB=OFF builds without the web application."
      return 1
    }
    touch web/node_modules/.package-lock.json
  fi
  if [ -e web/dist/index.html ] && [ -z "$(find web \( -name node_modules -o -name dist \) -prune \
    -o -type f -newer web/dist/index.html -print -quit)" ]; then
    return 0
  fi
  say "Building the web application"
  npm --prefix web run build >&2
  touch web/dist/index.html
}
