#!/usr/bin/env bash
# Runs every benchmark (or the named one) and prints each claim as a ratio to its peer.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
for project in "$root"/bench/*/*.csproj; do
  name=$(basename "$project" .csproj)
  [ $# -eq 0 ] || [ "${1}" = "$name" ] || [ "Guardian.Bench.${1}" = "$name" ] || continue
  echo "== $name"
  dotnet run --project "$project" -c Release --verbosity quiet
done
