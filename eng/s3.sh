#!/usr/bin/env bash
# A real S3 server on loopback: one Ceph monitor, one object store, one RADOS gateway. Boots in about two seconds and needs no systemd.
#
#   eng/s3.sh start DIR PORT [--tls PEM]   prints the endpoint; starts what is not running, so it also ends an outage
#   eng/s3.sh stop DIR                     stops everything
#   eng/s3.sh stop DIR gateway             kills the S3 front end alone: an outage that no object is lost in
#
# The keys of the one user are in DIR/credentials, in the form that AWS tools read. With --tls (a file with certificate and private key) the
# server also speaks TLS on PORT+2. PORT+1 is the monitor's and PORT+10 to PORT+30 are the object store's: keep servers 32 ports apart.
# Data is held in memory (STORE=memstore) and gone with a stop; STORE=bluestore keeps it in DIR.
set -euo pipefail

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "$0" >&2; exit 2; }
die() { echo "s3.sh: $*" >&2; tail -n 20 "$dir"/log/*.out 2>/dev/null >&2 || true; exit 1; }

[ $# -ge 2 ] || usage
word=$1 dir=$(realpath -m "$2")
shift 2
conf=$dir/ceph.conf

# A process is ours when its command line names our configuration; a zombie has no command line.
is_ours() { tr '\0' '\n' 2>/dev/null <"/proc/$1/cmdline" | grep -qxF -- "$conf"; }
is_alive() { local pid; pid=$(cat "$dir/run/$1.pid" 2>/dev/null) && [ -n "$pid" ] && is_ours "$pid"; }
is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

spawn() { # NAME PROGRAM ARGUMENT...
  local name=$1
  shift
  setsid "$@" -f -c "$conf" </dev/null >>"$dir/log/$name.out" 2>&1 &
  echo $! >"$dir/run/$name.pid"
}

bounded() { timeout 90 "$@" 2>>"$dir/log/admin.out"; }

stop_one() { # NAME SIGNAL
  local pid i
  pid=$(cat "$dir/run/$1.pid" 2>/dev/null) || return 0
  if is_ours "$pid"; then
    kill "-$2" "$pid" 2>/dev/null || true
    # A stopped (SIGSTOP) process takes no SIGTERM until it goes on.
    kill -CONT "$pid" 2>/dev/null || true
    for ((i = 0; i < 100; i++)); do is_ours "$pid" || break; sleep 0.05; done
    ! is_ours "$pid" || kill -KILL "$pid" 2>/dev/null || true
  fi
  rm -f "$dir/run/$1.pid"
}

write_configuration() { # PORT
  local port=$1
  cat >"$conf" <<X
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:$((port + 1))/0]
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr1 = false
ms bind ipv6 = false
ms bind port min = $((port + 10))
ms bind port max = $((port + 30))
auth cluster required = none
auth service required = none
auth client required = none
# The gateway's default is "secure", which needs the keys that "none" does not have: it would hang.
ms mon client mode = crc
run dir = $dir/run
admin socket = $dir/run/\$name.asok
log file = $dir/log/\$name.log
crash dir = $dir/crash
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail warn = 0
mon data avail crit = 0
[mon]
# Map changes wait a second each by default, which makes ten of a boot of one.
paxos propose interval = 0.05
paxos min wait = 0.01
mon data = $dir/mon
mon cluster log file = $dir/log/cluster.log
[osd]
osd data = $dir/osd
osd objectstore = $store
osd crush initial weight = 1
osd class update on start = false
osd memory target = 939524096
memstore device bytes = ${MEMSTORE_BYTES:-8589934592}
bluestore block size = 34359738368
[client.rgw]
rgw data = $dir/rgw
# Without tcp_nodelay each answer takes 44 ms.
rgw frontends = beast endpoint=127.0.0.1:$port tcp_nodelay=1$tls_frontend
rgw enable apis = s3
rgw thread pool size = 64
# With the cache, making a bucket after a kill waits 30 s for the dead gateway's watch.
rgw cache enabled = false
rgw gc obj min wait = 5
rgw gc processor period = 10
rgw gc processor max time = 10
X
}

start() { # PORT [--tls PEM]
  local port=${1:?} fsid osd_id access secret pool tls_frontend=
  store=${STORE:-memstore}
  if [ "${2:-}" = --tls ]; then
    tls_frontend=" ssl_endpoint=127.0.0.1:$((port + 2)) ssl_certificate=$(realpath "${3:?}")"
  fi

  # Half a cluster is of no use, and a store in memory does not outlive its process.
  if ! { is_alive mon && is_alive osd; }; then
    stop_one rgw KILL; stop_one osd KILL; stop_one mon KILL
    if [ "$store" = memstore ] || [ ! -e "$dir/made" ]; then
      [ ! -e "$dir" ] || [ -e "$conf" ] || [ -z "$(ls -A "$dir")" ] || die "$dir is not empty and not a server's"
      rm -rf "$dir"
    fi
  fi

  mkdir -p "$dir"/{run,log,mon,osd,rgw,crash}
  if [ ! -e "$dir/made" ]; then
    fsid=$(cat /proc/sys/kernel/random/uuid) osd_id=$(cat /proc/sys/kernel/random/uuid)
    write_configuration "$port"
    bounded monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$((port + 1))/0]" "$dir/monmap" >/dev/null || die "the monitor's map could not be made"
    bounded ceph-mon -c "$conf" -i a --mkfs --monmap "$dir/monmap" || die "the monitor could not be made"
  fi
  is_alive mon || { is_free $((port + 1)) || die "port $((port + 1)) is in use"; spawn mon ceph-mon -i a; }
  if [ ! -e "$dir/made" ]; then
    bounded ceph -c "$conf" osd new "$osd_id" >/dev/null || die "the monitor does not answer"
    bounded ceph-osd -c "$conf" -i 0 --mkfs --osd-uuid "$osd_id" || die "the object store could not be made"
  fi
  is_alive osd || spawn osd ceph-osd -i 0
  if [ ! -e "$dir/made" ]; then
    access=access-$(head -c 6 /proc/sys/kernel/random/uuid) secret=$(tr -d - </proc/sys/kernel/random/uuid)
    bounded radosgw-admin -c "$conf" -n client.rgw user create --uid=guardian --display-name=guardian --max-buckets=100000 \
      --access-key="$access" --secret-key="$secret" >/dev/null || die "the user could not be made"
    printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$access" "$secret" >"$dir/credentials"
    chmod 600 "$dir/credentials"
    # Else the first object makes them, slowly.
    for pool in buckets.index buckets.data buckets.non-ec; do
      bounded ceph -c "$conf" osd pool create default.rgw.$pool 4 >/dev/null || die "pool $pool could not be made"
    done
    touch "$dir/made"
  fi
  is_alive rgw || { is_free "$port" || die "port $port is in use"; spawn rgw radosgw -n client.rgw; }
  for ((i = 0; i < 600; i++)); do
    # An anonymous list of buckets is answered as soon as the gateway works.
    curl -s -o /dev/null --noproxy '*' --max-time 2 "http://127.0.0.1:$port/" && { echo "http://127.0.0.1:$port"; return; }
    is_alive rgw || die "the gateway ended"
    sleep 0.1
  done
  die "no answer on port $port"
}

case $word in
  start) start "$@" ;;
  stop)
    # The gateway takes five seconds over a SIGTERM.
    stop_one rgw KILL
    [ "${1:-}" = gateway ] || { stop_one osd TERM; stop_one mon TERM; }
    ;;
  *) usage ;;
esac
