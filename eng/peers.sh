#!/bin/sh
# Installs what Guardian.Grpc's interop tests talk to. Running it again changes nothing.
set -eu
cd "$(dirname "$0")/../tests/Guardian.Grpc.Interop/peers"

# npm ci starts from nothing each time, so it runs only when the lock file is newer than what it installed.
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
    npm ci --no-audit --no-fund --ignore-scripts
    touch node_modules/.package-lock.json
fi

# C-core: the distribution's Python has it as packages; another python3 on PATH does not see them.
if ! /usr/bin/python3 -c 'import grpc, google.protobuf' 2>/dev/null; then
    if [ "$(id -u)" = 0 ]; then
        apt-get install -y --no-install-recommends python3-grpcio python3-protobuf
    else
        echo "missing: sudo apt-get install python3-grpcio python3-protobuf" >&2
        exit 1
    fi
fi
