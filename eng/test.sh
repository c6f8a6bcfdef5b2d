#!/usr/bin/env bash
# Builds everything without warnings, runs every test project one after the other and sums their results up in one closing line.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
results="$root/artifacts/test-results"
rm -rf "$results"
mkdir -p "$results"

echo "building ..."
if ! dotnet build "$root/Guardian.slnx" -c Release -v q -clp:NoSummary -warnaserror >"$root/artifacts/build.log" 2>&1; then
  cat "$root/artifacts/build.log"
  echo "0 passed, 1 failed"
  exit 1
fi

failed_runs=0
for project in "$root"/tests/*/*.csproj; do
  name=$(basename "$project" .csproj)
  [ $# -eq 0 ] || [ "$1" = "$name" ] || continue
  grep -q 'IsTestProject>false' "$project" && continue
  echo "== $name"
  dotnet test "$project" -c Release --no-build --logger "trx;LogFileName=$name.trx" --results-directory "$results" --blame-hang-timeout 10m \
    >"$results/$name.log" 2>&1
  code=$?
  grep -E '^ *(Failed|Skipped) |error|Passed!|Failed!|MISSING' "$results/$name.log" | head -60
  if [ $code -ne 0 ]; then
    # A run that failed without a failed test (a crash, a hang) counts as one failure of its own.
    grep -q 'outcome="Failed"' "$results/$name.trx" 2>/dev/null || failed_runs=$((failed_runs + 1))
    grep -A25 -E '^ *Failed ' "$results/$name.log" | head -200
  fi
done

count() { # ATTRIBUTE
  grep -ho "<Counters [^>]*>" "$results"/*.trx 2>/dev/null | sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" | awk '{ s += $1 } END { print s + 0 }'
}
total=$(count total) passed=$(count passed) failed=$(($(count failed) + $(count error) + $(count timeout) + $(count aborted) + failed_runs))
skipped=$((total - passed - $(count failed)))
line="$passed passed, $failed failed"
[ "$skipped" -gt 0 ] && line="$line, $skipped skipped"
echo "$line"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
