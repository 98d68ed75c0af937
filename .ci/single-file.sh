#!/bin/sh
# emtui @VERSION@ in one file, made by .ci/build-single-file: this script, then an archive (tar, gzip).
# The archive is unpacked once into a folder that only this user can read and write; later runs start from
# there. EMTUI_UNPACK_DIR names another folder. Nothing is downloaded.
build=@BUILD@
pythons='@PYTHONS@' # versions that the archive has compiled libraries for; empty: it contains Python

fail() {
  for argument; do # a monitoring system reads the first line of stdout and the exit code
    [ "$argument" != check ] || { printf 'EMTUI UNKNOWN - %s\n' "$problem"; exit 3; }
  done
  printf 'emtui: %s\n' "$problem" >&2
  exit 1
}

# A folder of this user's that nobody else can enter, as `ls` describes it; symbolic links are refused.
is_private() {
  [ -O "$1" ] && [ ! -L "$1" ] || return 1
  case $(ls -ldn "$1" 2>/dev/null) in drwx------' '* | drwx------.*) return 0 ;; esac
  return 1
}

is_usable() { # PARENT FOLDER: the parent exists or can be made, the folder is private and can be written to
  { [ -d "$1" ] || mkdir -p -m 700 "$1"; } 2>/dev/null || return 1
  mkdir -m 700 "$2" 2>/dev/null
  is_private "$2" && [ -w "$2" ]
}

find_folder() {
  if [ -n "${EMTUI_UNPACK_DIR-}" ]; then
    folder=$EMTUI_UNPACK_DIR
    is_usable "$(dirname -- "$folder")" "$folder" && return 0
    problem="Cannot use EMTUI_UNPACK_DIR: $folder must be a folder of yours that only you can access (chmod 700)."
    return 1
  fi
  if [ -n "${HOME-}" ] && [ -O "$HOME" ]; then # under sudo, HOME may be another user's
    cache=${XDG_CACHE_HOME:-$HOME/.cache}
    folder=$cache/emtui
    if [ -O "$cache" ] || [ ! -e "$cache" ]; then is_usable "$cache" "$folder" && return 0; fi
  fi
  if [ -n "${XDG_RUNTIME_DIR-}" ] && [ -O "$XDG_RUNTIME_DIR" ]; then
    folder=$XDG_RUNTIME_DIR/emtui
    is_usable "$XDG_RUNTIME_DIR" "$folder" && return 0
  fi
  folder=${TMPDIR:-/tmp}/emtui-$(id -u)
  is_usable "${TMPDIR:-/tmp}" "$folder" && return 0
  problem="Cannot unpack: $folder is not a folder that only you can access. Set EMTUI_UNPACK_DIR to one (chmod 700)."
  return 1
}

# The first Python whose version the archive supports; `python3` may be newer or older than all of them.
find_python() {
  for name in $pythons ''; do
    try_python "python${name:-3}" && return 0
  done
  problem="This file needs one of Python $pythons as python3.N or python3 on PATH.\
 Found: $(python3 --version 2>/dev/null || echo none)."
  return 1
}

try_python() { # its real path is kept: a command on PATH may be a slow shim
  found=$("$1" -I -S -c 'import sys; print("%d.%d %s" % (sys.version_info[:2] + (sys.executable,)))' 2>/dev/null)
  case " $pythons " in *" ${found%% *} "*) python=${found#* }; [ -n "$found" ] && [ -x "$python" ] ;; *) return 1 ;; esac
}

stop() { # EXIT-CODE
  rm -rf "$new"
  exit "$1"
}

unpack() {
  # What earlier runs left when they were killed, and a folder from which a cleaner of /tmp has removed files.
  find "$folder" -maxdepth 1 -name 'new.*' -mmin +60 -exec rm -rf {} + 2>/dev/null
  new=$(mktemp -d "$folder/new.XXXXXX") || { problem="Cannot unpack: no space or no permission in $folder."; return 1; }
  trap 'stop 129' HUP
  trap 'stop 130' INT
  trap 'stop 143' TERM
  [ ! -d "$folder/$build" ] || [ -f "$folder/$build/start.py" ] || { mv "$folder/$build" "$new.old" && rm -rf "$new.old"; } 2>/dev/null
  if ! tail -n +@LINES@ "$0" 2>/dev/null | tar -xzof - -C "$new" 2>/dev/null; then
    rm -rf "$new"
    problem="Cannot unpack into $folder: no space left, or this file is damaged (compare its SHA-256)."
    return 1
  fi
  [ -z "$pythons" ] || printf '%s\n' "$python" >"$new/python-path"
  # Renaming fails if another process has finished first: then its folder is used.
  [ -n "$pythons" ] || python=$new/python/bin/python3
  "$python" -I -S -c 'import os, sys; os.rename(sys.argv[1], sys.argv[2])' "$new" "$folder/$build" 2>/dev/null ||
    rm -rf "$new"
  trap - HUP INT TERM
  [ -f "$folder/$build/start.py" ] || { problem="Cannot start from $folder: set EMTUI_UNPACK_DIR to another folder."; return 1; }
}

umask_before=$(umask)
umask 077
find_folder || fail "$@"
unpacked=$folder/$build
if [ -n "$pythons" ]; then
  if ! { read -r python <"$unpacked/python-path"; } 2>/dev/null || [ ! -f "$python" ] || [ ! -x "$python" ]; then
    find_python || fail "$@"
    [ ! -d "$unpacked" ] || printf '%s\n' "$python" >"$unpacked/python-path"
  fi
fi
[ -f "$unpacked/start.py" ] || unpack || fail "$@"
[ -n "$pythons" ] || python=$unpacked/python/bin/python3
umask "$umask_before"
exec "$python" -I -S "$unpacked/start.py" "$@"
