#!/usr/bin/env bash
# The part of install.sh that makes a release: its files, its libraries, its web app, built aside and renamed into
# place when whole. Sourced by install.sh, whose variables and functions it uses; it changes nothing outside of the
# prefix and runs no install script of any library.
# shellcheck disable=SC2154

# The files a release is made of, NUL-separated and sorted: what the node runs and the app's sources, no tests, no tools.
release_files() {
  local part
  for part in protocol node registry installer web package.json package-lock.json .npmrc LICENSE; do
    if [ -e "$part" ]; then find "$part" \( -name node_modules -o -path web/dist \) -prune -o -type f -print0; fi
  done | LC_ALL=C sort -z
}

# A release is named after its content, so that the same checkout is the same release and any edit is another.
identify_release() {
  local file version digest
  for file in package.json package-lock.json node/main.ts installer/main.ts; do
    [ -f "$source_dir/$file" ] || die "$EXIT_FAILED" "$source_dir is not a whole checkout of O-Red: $file is missing." \
      "$source_dir n'est pas une copie complète d'O-Red : $file manque."
  done
  version="$(sed -n 's/^  "version": "\([0-9A-Za-z.+-]*\)",*$/\1/p' "$source_dir/package.json")"
  digest="$(cd -- "$source_dir" && release_files | xargs -0 sha256sum | sha256sum)"
  release="${version:-0}-${digest:0:12}"
}

# Builds the release aside and renames it into place when it is whole: a release folder that exists is complete.
stage_release() {
  if [ -d "$prefix/releases/$release" ]; then complete_web_app && return; fi
  staging="$prefix/releases/.staging-$release"
  mkdir -- "$staging"
  (cd -- "$source_dir" && release_files | xargs -0 cp --parents -t "$staging" --)
  app_in="$staging"
  find_web_tools
  if same_libraries && [ "$web_tools" != download ]; then
    # Releases never change once in place, so they can share files.
    cp -al -- "$prefix/current/node_modules" "$staging/node_modules"
  elif [ -n "$offline_modules" ]; then
    copy_offline_modules
  else
    find_npm
    download_libraries
  fi
  "$staging/$node_path" -e '' || die "$EXIT_FAILED" "The Node of the release does not start: is $prefix on a disk mounted noexec? Nothing was installed." \
    "Le Node de la version ne démarre pas : $prefix est-il sur un disque monté noexec ? Rien n'a été installé."
  provide_web_app
  sync -f -- "$staging"
  mv -T -- "$staging" "$prefix/releases/$release"
  staging=''
}

same_libraries() {
  local file
  [ -d "$prefix/current/node_modules" ] || return 1
  for file in package-lock.json .npmrc; do
    cmp -s -- "$prefix/current/$file" "$staging/$file" || return 1
  done
}

copy_offline_modules() {
  local node="$offline_modules/${node_path#node_modules/}"
  [ -x "$node" ] || die "$EXIT_FAILED" "$offline_modules has no Node for this machine (node-linux-$arch). Run \"npm ci\" on a machine of the same kind and copy its node_modules." \
    "$offline_modules n'a pas de Node pour cette machine (node-linux-$arch). Lancez « npm ci » sur une machine semblable et copiez son node_modules."
  say "Copying the libraries ..." "Copie des bibliothèques ..."
  "$node" "$staging/installer/modules.ts" "$offline_modules" "$staging" "$lang" || exit "$EXIT_FAILED"
}

download_libraries() {
  local log="$prefix/install.log" waited=0 only=(--omit=dev)
  if [ "$web_tools" = download ]; then only=(--include=dev); fi
  say "Downloading the libraries (100 to 150 MB) ..." "Téléchargement des bibliothèques (de 100 à 150 Mo) ..."
  # npm's lines (with addresses of its own) stay in the log.
  # npm keeps the lock open too: should this script be killed, the next one waits for npm to end.
  (run_npm ci "${only[@]}") >"$log" 2>&1 </dev/null &
  npm_pid=$!
  while kill -0 "$npm_pid" 2>/dev/null; do
    sleep 0.2
    waited=$((waited + 1))
    if [ $((waited % 50)) = 0 ]; then say "  ... $((waited / 5)) s" "  ... $((waited / 5)) s"; fi
  done
  if wait "$npm_pid"; then npm_pid='' && return; fi
  npm_pid=''
  tail -n 15 -- "$log" >&2
  die "$EXIT_FAILED" "The libraries could not be downloaded (log: $log). Nothing was installed. Check the connection and run this again." \
    "Les bibliothèques n'ont pas pu être téléchargées (journal : $log). Rien n'a été installé. Vérifiez la connexion et recommencez."
}

run_npm() { # run_npm COMMAND OPTIONS, in the release that is being staged
  cd -- "$staging" && PATH="$npm_dir:$PATH" exec npm "$@" --include=optional --ignore-scripts \
    --no-audit --no-fund --loglevel=error
}

# Where the tools that build the app are: in a node_modules at hand, or to be downloaded and removed again. Sets
# web_tools; empty when nothing has to be built, or cannot be. `app_in` is the release that the app is for.
find_web_tools() {
  local folder
  web_tools=''
  if [ ! -f "$app_in/web/build.ts" ] || same_web_app; then return; fi
  for folder in "$offline_modules" "$source_dir/node_modules"; do
    if [ -n "$folder" ] && [ -d "$folder/vite" ]; then web_tools="$folder" && return; fi
  done
  if [ -z "$offline_modules" ]; then web_tools=download; fi
}

# Whether the running release has an app of the same sources, tools and protocol.
same_web_app() {
  local part
  [ -f "$prefix/current/web/dist/index.html" ] || return 1
  for part in web protocol package.json package-lock.json; do
    diff -rq --exclude=dist -- "$prefix/current/$part" "$app_in/$part" >/dev/null || return 1
  done
}

# A release whose app could not be built gets it as soon as its tools are at hand. It comes whole, by one rename.
complete_web_app() {
  app_in="$prefix/releases/$release"
  if [ -f "$app_in/web/dist/index.html" ]; then return 0; fi
  find_web_tools
  if [ -n "$web_tools" ] && [ "$web_tools" != download ]; then provide_web_app; fi
}

# Puts the built app into the release. Without it the node serves everything else, so a failure is said and not fatal.
provide_web_app() {
  local log="$prefix/web-build.log" work="$app_in/.web"
  [ -f "$app_in/web/build.ts" ] || return 0
  if [ -z "$web_tools" ] && same_web_app; then cp -al -- "$prefix/current/web/dist" "$app_in/web/dist" && return; fi
  say "Building the web app ..." "Construction de l'application web ..."
  mkdir -- "$work"
  cp -r -- "$app_in/package.json" "$app_in/web" "$app_in/protocol" "$work"
  if [ "$web_tools" = download ]; then web_tools="$app_in/node_modules"; fi
  ln -s -- "$(realpath -- "${web_tools:-/nowhere}" 2>/dev/null)" "$work/node_modules"
  if (cd -- "$work" && exec "$app_in/$node_path" web/build.ts) >"$log" 2>&1 </dev/null; then
    mv -- "$work/web/dist" "$app_in/web/dist"
    rm -f -- "$log"
  else
    say "The web app could not be built (log: $log), so the node will have none yet; everything else works. For it, run \"npm ci\" in $source_dir, this again, and then ored stop and this once more." \
      "L'application web n'a pas pu être construite (journal : $log) : le nœud n'en aura pas encore ; tout le reste fonctionne. Pour l'avoir, lancez « npm ci » dans $source_dir, ceci à nouveau, puis ored stop et encore ceci." >&2
  fi
  rm -rf -- "$work"
  if [ "$web_tools" = "$app_in/node_modules" ]; then
    (run_npm prune --omit=dev --offline) >>"$prefix/install.log" 2>&1 </dev/null ||
      die "$EXIT_FAILED" "The tools that built the web app could not be removed (log: $prefix/install.log). Nothing was installed. Run this again." \
        "Les outils qui ont construit l'application web n'ont pas pu être retirés (journal : $prefix/install.log). Rien n'a été installé. Recommencez."
  fi
}
