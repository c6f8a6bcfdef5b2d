#!/usr/bin/env bash
# A real PostgreSQL server on loopback for tests, with its data in a folder of its own.
#
#   eng/postgres.sh start DIR PORT    prints a connection string; DIR must not exist yet
#   eng/postgres.sh stop DIR          stops the server; DIR stays
#
# PostgreSQL refuses to run as root, so root runs it as the user postgres. Nothing is flushed to the disk: this is for tests.
set -euo pipefail

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "$0" >&2; exit 2; }
[ $# -ge 2 ] || usage
word=$1 dir=$(realpath -m "$2")

bin=$(dirname "$(command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -1)")
[ -x "$bin/initdb" ] || { echo "postgres.sh: no initdb; './guardian test' installs postgresql" >&2; exit 1; }
as_server() { if [ "$(id -u)" -eq 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }

case $word in
  start)
    port=${3:?port}
    mkdir -m 700 "$dir"
    [ "$(id -u)" -ne 0 ] || chown postgres "$dir"
    as_server "$bin/initdb" -D "$dir/data" -U guardian --auth=trust --no-sync --encoding=UTF8 --locale=C.UTF-8 >"$dir.log" 2>&1 || { cat "$dir.log" >&2; exit 1; }
    as_server "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/data/server.log" \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='$dir' -c fsync=off -c max_connections=200" start >>"$dir.log" 2>&1 || { cat "$dir.log" >&2; exit 1; }
    rm -f "$dir.log"
    echo "Host=127.0.0.1;Port=$port;Username=guardian;Database=postgres"
    ;;
  stop) as_server "$bin/pg_ctl" -D "$dir/data" -w -m immediate stop >/dev/null ;;
  *) usage ;;
esac
