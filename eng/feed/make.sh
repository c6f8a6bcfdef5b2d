#!/usr/bin/env bash
# Puts Microsoft.ML.OnnxRuntime into this folder where no configured package source has it.
# Idempotent: does nothing when the package is already here or can be restored from elsewhere.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=1.29.0
npm_package=com.github.asus4.onnxruntime@0.4.9
sha256=e59788788818fdde1b2e522e766a21ba0f7d8391de55737abf81e32cc801785d
package="$here/microsoft.ml.onnxruntime.$version.nupkg"

[ -s "$package" ] && exit 0
[ -d "$(dotnet nuget locals global-packages --list | sed 's/.*: //')/microsoft.ml.onnxruntime/$version" ] && exit 0

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# The official package first: a project of nothing but the reference, restored in an empty folder.
mkdir "$tmp/probe"
cat >"$tmp/probe/probe.csproj" <<X
<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup>
<ItemGroup><PackageReference Include="Microsoft.ML.OnnxRuntime" Version="[$version]" /></ItemGroup></Project>
X
if dotnet restore "$tmp/probe" -v q >"$tmp/probe.log" 2>&1; then exit 0; fi

echo "feed: Microsoft.ML.OnnxRuntime $version is not on any package source; packing it from npm's $npm_package"
(cd "$tmp" && npm pack --silent "$npm_package" >/dev/null)
tarball=$(ls "$tmp"/*.tgz)
echo "$sha256  $tarball" | sha256sum --check --quiet || { echo "feed: checksum of $npm_package differs" >&2; exit 1; }
tar -xzf "$tarball" -C "$tmp"
mkdir "$tmp/build"
cp "$here/Microsoft.ML.OnnxRuntime.proj.xml" "$tmp/build/Microsoft.ML.OnnxRuntime.csproj"
dotnet pack "$tmp/build/Microsoft.ML.OnnxRuntime.csproj" -c Release -o "$tmp/out" -v q -p:OrtSource="$tmp/package"
mv "$tmp/out"/*.nupkg "$package.part"
mv "$package.part" "$package"
