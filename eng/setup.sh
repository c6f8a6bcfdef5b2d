# Sourced by ./guardian: installs what is missing, or says exactly what to run.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
# Long-lived build servers would outlive the script.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

# Debian calls the JPEG library libturbojpeg0, Ubuntu libturbojpeg.
jpeg_package=libturbojpeg0
if [ -r /etc/os-release ] && grep -q '^ID=ubuntu' /etc/os-release; then jpeg_package=libturbojpeg; fi

is_installed() { # PACKAGE
  case "$1" in
    # Programs may come from elsewhere than apt.
    ffmpeg) command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null ;;
    nodejs) command -v node >/dev/null ;;
    npm) command -v npm >/dev/null ;;
    postgresql) ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ;;
    prometheus) command -v promtool >/dev/null ;;
    chromium) [ -x /usr/bin/chromium ] ;;
    *) dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep 'install ok installed' >/dev/null ;;
  esac
}

setup_apt() { # PACKAGE...
  local missing=() package
  for package in "$@"; do is_installed "$package" || missing+=("$package"); done
  [ ${#missing[@]} -eq 0 ] && return
  if ! command -v apt-get >/dev/null; then
    echo "guardian: this machine has no apt-get; install these by hand: ${missing[*]}" >&2
    exit 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    echo "guardian: some programs are missing. Run this, then try again:" >&2
    echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  echo "installing ${missing[*]} ..."
  apt-get update -qq >"$root/artifacts/apt.log" 2>&1 || true
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >>"$root/artifacts/apt.log" 2>&1 || {
    tail -20 "$root/artifacts/apt.log" >&2
    exit 1
  }
}

setup_base() {
  if ! command -v dotnet >/dev/null || ! dotnet --list-sdks | grep '^10\.' >/dev/null; then
    echo "guardian: the .NET 10 SDK is needed; see https://dotnet.microsoft.com/download" >&2
    exit 1
  fi
  # npm is needed only where ONNX Runtime's package must be made here.
  "$root/eng/feed/make.sh" 2>"$root/artifacts/feed.log" || {
    command -v npm >/dev/null && { cat "$root/artifacts/feed.log" >&2; exit 1; }
    setup_apt nodejs npm
    "$root/eng/feed/make.sh"
  }
}

setup_test() {
  setup_apt "$jpeg_package" ffmpeg chromium opencv-doc python3-grpcio python3-protobuf nodejs npm prometheus \
    wireguard-go wireguard-tools iproute2 iperf3 iputils-ping zbar-tools postgresql \
    ceph-mon ceph-osd radosgw ceph-common rclone
  "$root/eng/peers.sh"
}
