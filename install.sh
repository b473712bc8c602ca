#!/usr/bin/env bash
# Installs O-Red from this checkout: checks the machine, puts a release beside the others, then hands over to
# installer/main.ts, which creates the node and starts it. Writes only under the prefix, and only once every
# check has passed. Everything is in functions, called on the last line, so that half a script does nothing.

# shellcheck disable=SC2128
if [ -z "${BASH_VERSION:-}" ] || [ "${BASH_VERSINFO:-0}" -lt 4 ]; then
  echo "install.sh needs bash 4 or newer. Run: bash install.sh" >&2
  echo "install.sh a besoin de bash 4 ou plus récent. Lancez : bash install.sh" >&2
  exit 2
fi

readonly EXIT_FAILED=1 EXIT_USAGE=2 EXIT_LOCKED=75 EXIT_UNSUPPORTED=78
# A release is 300 MB, an update keeps two, the app's tools take 200 MB while it is built, and npm has its own cache.
readonly DISK_FLOOR_MB=1024
# Below this, unpacking alone makes the machine swap. A "512 MB" server reports about 450.
readonly RAM_FLOOR_MB=400
# What npm itself needs to run; the node has its own Node 24.
readonly NPM_NODE_FLOOR=20

say() { # say ENGLISH FRENCH
  if [ "$lang" = fr ]; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi
}

die() { # die CODE ENGLISH FRENCH
  say "$2" "$3" >&2
  exit "$1"
}

usage() {
  if [ "$lang" = fr ]; then
    cat <<'TEXT'
Exemples
  ./install.sh --yes --username alice
  ./install.sh --username alice --registry URL
  ./install.sh --username alice --lan

Installe O-Red depuis cette copie du projet, crée votre nœud et le démarre.

  --username U           nom du nœud à créer (a-z, 0-9, _ et -, de 3 à 32 caractères)
  --yes                  ne pose aucune question
  --prefix DIR           où installer (par défaut ~/.local/share/ored)
  --port N               port d'écoute (par défaut 7701, ou le suivant qui est libre)
  --url URL              adresse publique du nœud
  --registry URL         annuaire où inscrire le nœud
  --lan                  écoute sur le réseau local, et en affiche l'adresse avec un code QR
  --lang fr|en           langue (par défaut celle de LC_ALL ou LANG)
  --no-start             installe sans démarrer
  --offline-modules DIR  prend les bibliothèques dans DIR (un node_modules installé sur une machine
                         semblable) au lieu de les télécharger : pour une machine sans internet
  --help

Chaque option a sa variable : ORED_USERNAME, ORED_YES=1, ORED_PREFIX, ORED_PORT, ORED_URL, ORED_REGISTRY,
ORED_LAN=1, ORED_LANG, ORED_NO_START=1, ORED_OFFLINE_MODULES.
Codes de sortie : 0 réussi, 1 échec, 2 mauvais usage, 75 une autre installation est en cours, 78 machine non prise en charge.
TEXT
  else
    cat <<'TEXT'
Examples
  ./install.sh --yes --username alice
  ./install.sh --username alice --registry URL
  ./install.sh --username alice --lan

Installs O-Red from this checkout, creates your node and starts it.

  --username U           name of the node to create (a-z, 0-9, _ and -, 3 to 32 characters)
  --yes                  asks nothing
  --prefix DIR           where to install (default ~/.local/share/ored)
  --port N               port to listen on (default 7701, or the next free one)
  --url URL              public address of the node
  --registry URL         directory to list the node in
  --lan                  listens on the local network, and shows that address with a QR code
  --lang fr|en           language (default from LC_ALL or LANG)
  --no-start             installs without starting
  --offline-modules DIR  takes the libraries from DIR (a node_modules installed on a machine of the same
                         kind) instead of downloading them: for a machine without internet
  --help

Each option has a variable: ORED_USERNAME, ORED_YES=1, ORED_PREFIX, ORED_PORT, ORED_URL, ORED_REGISTRY,
ORED_LAN=1, ORED_LANG, ORED_NO_START=1, ORED_OFFLINE_MODULES.
Exit codes: 0 done, 1 failed, 2 usage, 75 another installation is running, 78 unsupported machine.
TEXT
  fi
}

detect_language() {
  local locale="${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}"
  case "${ORED_LANG:-$locale}" in fr*) lang=fr ;; *) lang=en ;; esac
}

parse_options() {
  username="${ORED_USERNAME:-}" yes="${ORED_YES:-}" prefix="${ORED_PREFIX:-}" port="${ORED_PORT:-}"
  url="${ORED_URL:-}" registry="${ORED_REGISTRY:-}" lan="${ORED_LAN:-}" no_start="${ORED_NO_START:-}"
  offline_modules="${ORED_OFFLINE_MODULES:-}"
  local name value
  while [ $# -gt 0 ]; do
    name="$1"
    shift
    case "$name" in
      --help | -h) usage && exit 0 ;;
      --yes | -y) yes=1 && continue ;;
      --lan) lan=1 && continue ;;
      --no-start) no_start=1 && continue ;;
      --*=*) value="${name#*=}" name="${name%%=*}" ;;
      --username | --prefix | --port | --url | --registry | --lang | --offline-modules)
        [ $# -gt 0 ] || die $EXIT_USAGE "$name needs a value. See --help." "$name attend une valeur. Voir --help."
        value="$1"
        shift
        ;;
    esac
    case "$name" in
      --username) username="$value" ;;
      --prefix) prefix="$value" ;;
      --port) port="$value" ;;
      --url) url="$value" ;;
      --registry) registry="$value" ;;
      --lang) lang="$value" ;;
      --offline-modules) offline_modules="$value" ;;
      *) die $EXIT_USAGE "Unknown option: $name. See --help." "Option inconnue : $name. Voir --help." ;;
    esac
  done
}

check_options() {
  case "$lang" in
    fr | en) ;;
    *) lang=en && die $EXIT_USAGE "--lang is fr or en." "" ;;
  esac
  if [ -n "$username" ] && ! valid_username "$username"; then
    die $EXIT_USAGE "\"$username\" cannot be a username: 3 to 32 characters among a-z, 0-9, _ and -, a letter or digit at both ends." \
      "« $username » ne peut pas être un nom : de 3 à 32 caractères parmi a-z, 0-9, _ et -, une lettre ou un chiffre aux deux bouts."
  fi
  if [ -n "$port" ] && ! { [[ "$port" =~ ^[1-9][0-9]{0,4}$ ]] && [ "$port" -le 65535 ]; }; then
    die $EXIT_USAGE "--port is a number from 1 to 65535." "--port est un nombre de 1 à 65535."
  fi
  local address
  for address in "$url" "$registry"; do
    if [ -n "$address" ] && ! [[ "$address" =~ ^https?://[^[:space:]/]+ ]]; then
      die $EXIT_USAGE "\"$address\" is not an http or https address." "« $address » n'est pas une adresse http ou https."
    fi
  done
  prefix_given=''
  if [ -n "$prefix" ]; then
    prefix_given=1
  else
    [ -n "${HOME:-}" ] || die $EXIT_USAGE "HOME is not set: say where to install with --prefix DIR." \
      "HOME n'est pas défini : indiquez où installer avec --prefix DIR."
    prefix="$HOME/.local/share/ored"
  fi
  prefix="$(realpath -m -- "$prefix")"
  if [ -n "$offline_modules" ]; then
    [ -d "$offline_modules" ] || die $EXIT_USAGE "--offline-modules: $offline_modules is not a folder." \
      "--offline-modules : $offline_modules n'est pas un dossier."
    offline_modules="$(realpath -- "$offline_modules")"
  fi
}

valid_username() {
  local LC_ALL=C
  [[ "$1" =~ ^[a-z0-9][a-z0-9_-]{1,30}[a-z0-9]$ ]]
}

unsupported() { # unsupported ENGLISH FRENCH: exit 78 with facts to paste into a report
  say "$1" "$2" >&2
  say "Nothing was written. If you report this, paste:" "Rien n'a été écrit. Si vous le signalez, collez ceci :" >&2
  {
    uname -srm
    sed -n 's/^PRETTY_NAME=//p' /etc/os-release 2>/dev/null
    sed -n '1p' /proc/meminfo 2>/dev/null
    printf 'bash %s\n' "$BASH_VERSION"
  } | sed 's/^/  /' >&2
  exit $EXIT_UNSUPPORTED
}

check_machine() {
  [ "$(uname -s)" = Linux ] || unsupported "O-Red runs on Linux; this is $(uname -s)." "O-Red fonctionne sous Linux ; ceci est $(uname -s)."
  case "$(uname -m)" in
    x86_64 | amd64) arch=x64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) unsupported "O-Red runs on x86_64 and arm64 processors; this is $(uname -m)." \
      "O-Red fonctionne sur les processeurs x86_64 et arm64 ; celui-ci est $(uname -m)." ;;
  esac
  if compgen -G '/lib/ld-musl-*' >/dev/null && ! compgen -G '/lib*/ld-linux-*' >/dev/null; then
    unsupported "O-Red needs a system with glibc (Debian, Ubuntu, Fedora, ...); this one has musl." \
      "O-Red a besoin d'un système avec glibc (Debian, Ubuntu, Fedora, ...) ; celui-ci a musl."
  fi
  local command
  for command in cmp cp df find flock ln mv realpath rm sed sha256sum sort xargs; do
    command -v "$command" >/dev/null || unsupported "The command \"$command\" is missing; install coreutils, diffutils, findutils and util-linux." \
      "La commande « $command » manque ; installez coreutils, diffutils, findutils et util-linux."
  done
  local ram_mb
  ram_mb="$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo) / 1024))"
  [ "$ram_mb" -ge $RAM_FLOOR_MB ] || unsupported "This machine has $ram_mb MB of memory; O-Red needs $RAM_FLOOR_MB MB." \
    "Cette machine a $ram_mb Mo de mémoire ; O-Red a besoin de $RAM_FLOOR_MB Mo."
}

check_place() {
  local place="$prefix" free_mb
  while [ ! -e "$place" ]; do place="$(dirname -- "$place")"; done
  if [ ! -d "$place" ] || [ ! -w "$place" ] || [ ! -x "$place" ]; then
    die $EXIT_FAILED "You may not write to $place. Nothing was changed. Choose another place with --prefix DIR." \
      "Vous ne pouvez pas écrire dans $place. Rien n'a été modifié. Choisissez un autre endroit avec --prefix DIR."
  fi
  # Others who can write here could swap the programs for theirs.
  if [ "$place" = "$prefix" ] && { [ ! -O "$prefix" ] || [ -n "$(find "$prefix" -maxdepth 0 -perm /022)" ]; }; then
    die $EXIT_FAILED "$prefix belongs to, or can be changed by, somebody else. Nothing was changed. Run \"chmod go-w $prefix\" if it is yours, or choose another --prefix." \
      "$prefix appartient à quelqu'un d'autre, ou d'autres peuvent le modifier. Rien n'a été modifié. Lancez « chmod go-w $prefix » s'il est à vous, ou choisissez un autre --prefix."
  fi
  free_mb="$(df -Pm -- "$place" | sed -n '2s/^.* \([0-9][0-9]*\)  *[0-9][0-9]*%.*$/\1/p')"
  if [ ! -d "$prefix/releases/$release" ] && [ "${free_mb:-0}" -lt $DISK_FLOOR_MB ]; then
    die $EXIT_FAILED "$place has ${free_mb:-0} MB free; O-Red needs $DISK_FLOOR_MB MB. Nothing was changed. Free some space, or choose another disk with --prefix DIR." \
      "$place a ${free_mb:-0} Mo libres ; O-Red a besoin de $DISK_FLOOR_MB Mo. Rien n'a été modifié. Libérez de la place, ou choisissez un autre disque avec --prefix DIR."
  fi
}

# Finds the first npm of the caller's PATH that has a Node new enough beside it. Sets npm_dir.
find_npm() {
  local directory version found=''
  npm_dir=''
  local IFS=:
  for directory in $caller_path; do
    if [[ "$directory" != /* ]] || [ ! -x "$directory/npm" ] || [ ! -x "$directory/node" ]; then continue; fi
    [ -z "$(find -L "$directory" -maxdepth 0 -perm -002)" ] || continue
    version="$("$directory/node" -p 'process.versions.node' 2>/dev/null)" || continue
    found="$version"
    if [ "${version%%.*}" -ge $NPM_NODE_FLOOR ]; then npm_dir="$directory" && return; fi
  done
  if [ -n "$found" ]; then
    unsupported "npm needs Node $NPM_NODE_FLOOR or newer; this machine has $found. Update it (Debian: apt install nodejs npm), or use --offline-modules DIR." \
      "npm a besoin de Node $NPM_NODE_FLOOR ou plus récent ; cette machine a $found. Mettez-le à jour (Debian : apt install nodejs npm), ou utilisez --offline-modules DIR."
  fi
  unsupported "npm is not installed. Install it (Debian: apt install nodejs npm), or use --offline-modules DIR." \
    "npm n'est pas installé. Installez-le (Debian : apt install nodejs npm), ou utilisez --offline-modules DIR."
}

# Asked before the download, so that a person may leave once it has begun.
ask_username() {
  [ -z "$username" ] && [ -z "$yes" ] && [ ! -e "$prefix/data" ] || return 0
  local default='' answer
  if valid_username "${USER:-}"; then default="$USER"; fi
  if ! { exec 8<>/dev/tty; } 2>/dev/null; then return 0; fi
  while [ -z "$username" ]; do
    say "The name of your node (3 to 32 of a-z, 0-9, _ and -)${default:+ [$default]}:" \
      "Le nom de votre nœud (de 3 à 32 parmi a-z, 0-9, _ et -)${default:+ [$default]} :" >&8
    read -r answer <&8 || die $EXIT_USAGE "No name given. Nothing was changed. Use --username U." \
      "Aucun nom donné. Rien n'a été modifié. Utilisez --username U."
    answer="${answer:-$default}"
    if valid_username "$answer"; then username="$answer"; fi
  done
  exec 8>&-
}

# Without a terminal, and with --yes, the name of the account stands in for an answer.
default_username() {
  [ -z "$username" ] && [ ! -e "$prefix/data" ] || return 0
  if valid_username "${USER:-}"; then username="$USER" && return; fi
  die $EXIT_USAGE "Which name should the node have? Nothing was changed. Give it with --username U." \
    "Quel nom le nœud doit-il avoir ? Rien n'a été modifié. Donnez-le avec --username U."
}

take_lock() {
  mkdir -p -- "$prefix/releases" "$prefix/bin"
  exec 9>>"$prefix/install.lock"
  flock -n 9 || die $EXIT_LOCKED "Another installation is running in $prefix. Wait for it, then run this again." \
    "Une autre installation est en cours dans $prefix. Attendez qu'elle finisse, puis recommencez."
  # Left by a run that was killed: nobody else is at work here, the lock says so.
  rm -rf -- "$prefix"/releases/.staging-*
}

clean_up() {
  if [ -n "${npm_pid:-}" ]; then kill "$npm_pid" 2>/dev/null; fi
  if [ -n "${staging:-}" ]; then rm -rf -- "$staging"; fi
}

hand_over() {
  local options=("--prefix=$prefix" "--release=$release" "--lang=$lang")
  if [ -n "$prefix_given" ]; then options+=(--own-supervisor); fi
  if [ -n "$username" ]; then options+=("--username=$username"); fi
  if [ -n "$port" ]; then options+=("--port=$port"); fi
  if [ -n "$url" ]; then options+=("--url=$url"); fi
  if [ -n "$registry" ]; then options+=("--registry=$registry"); fi
  if [ -n "$lan" ]; then options+=(--lan); fi
  if [ -n "$no_start" ]; then options+=(--no-start); fi
  # The lock (descriptor 9) goes with it and ends with it.
  exec "$prefix/releases/$release/$node_path" "$prefix/releases/$release/installer/main.ts" "${options[@]}"
}

main() {
  set -euo pipefail
  umask 077
  # The system's tools first, whatever the caller's PATH holds; theirs is searched for npm alone.
  caller_path="/usr/local/bin:/usr/bin:${PATH:-}"
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  export PATH
  unset NODE_OPTIONS NODE_PATH CDPATH GREP_OPTIONS
  detect_language
  parse_options "$@"
  check_options
  source_dir="$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")"
  [ -f "$source_dir/installer/stage.sh" ] || die $EXIT_FAILED "$source_dir is not a whole checkout of O-Red: installer/stage.sh is missing." \
    "$source_dir n'est pas une copie complète d'O-Red : installer/stage.sh manque."
  # shellcheck source=installer/stage.sh
  . "$source_dir/installer/stage.sh"
  check_machine
  node_path="node_modules/node-linux-$arch/bin/node"
  identify_release
  check_place
  if [ ! -d "$prefix/releases/$release" ] && [ -z "$offline_modules" ]; then find_npm; fi
  ask_username
  default_username
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  take_lock
  stage_release
  hand_over
}

main "$@"
