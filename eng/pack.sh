#!/usr/bin/env bash
# One .nupkg (and .snupkg) for each project under src/, and for the suite that stores of other makers are tested with.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=${1:-$root/artifacts/packages}
mkdir -p "$out"
rm -f "$out"/Guardian.*.nupkg "$out"/Guardian.*.snupkg
for project in "$root"/src/Guardian.*/*.csproj "$root"/tests/Guardian.Storage.Conformance/*.csproj; do
  dotnet pack "$project" -c Release -o "$out" -v q -clp:NoSummary -p:ContinuousIntegrationBuild=true
done
ls -1 "$out"
