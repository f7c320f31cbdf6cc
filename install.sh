#!/bin/sh
# Installs mdskill.
#
# In a checkout of mdskill (with Cargo.toml in the same folder), it builds the
# checkout. Elsewhere, it downloads a release and checks its SHA-256.
# Nothing runs before the last line, so an incomplete download of this file does
# nothing.

REPOSITORY="mdskill/mdskill"

usage() {
    cat <<EOF
Installs mdskill, the package manager for Agent Skills.

Usage: sh install.sh [--dir DIR] [--version X.Y.Z]

Inside a checkout of mdskill it builds that checkout with cargo. Anywhere else,
or with --version, it downloads a release for this machine and verifies it.

Options:
  --dir DIR        install into DIR [default: ~/.local/bin]
  --version X.Y.Z  install this release [default: the newest]
  --help           print this help

Environment:
  MDSKILL_INSTALL_DIR   the folder to install into, when there is no --dir
  MDSKILL_RELEASES_URL  where the releases are, for a mirror
                        [default: https://github.com/$REPOSITORY/releases]
EOF
}

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
misused() { printf 'error: %s\nRun "sh install.sh --help" for the options.\n' "$*" >&2; exit 2; }
has() { command -v "$1" >/dev/null 2>&1; }

main() {
    set -eu
    # The output of uname, ldd, and wget is parsed below, so it must not be translated.
    LC_ALL=C
    export LC_ALL

    dir=${MDSKILL_INSTALL_DIR:-}
    version=
    while [ $# -gt 0 ]; do
        case $1 in
            --dir | --version) [ -n "${2:-}" ] || misused "$1 needs a value." ;;
        esac
        case $1 in
            --dir) dir=$2; shift 2 ;;
            --dir=?*) dir=${1#*=}; shift ;;
            --version) version=$2; shift 2 ;;
            --version=?*) version=${1#*=}; shift ;;
            --help | -h) usage; exit 0 ;;
            *) misused "There is no option \"$1\"." ;;
        esac
    done
    version=${version#v}
    [ -z "$version" ] || is_version "$version" ||
        misused "\"$version\" is not a version: it should look like 1.2.3."

    if [ -z "$dir" ]; then
        [ -n "${HOME:-}" ] || die "HOME is not set, so there is no default folder. Name one with --dir DIR."
        dir=$HOME/.local/bin
    fi
    case $dir in
        /*) ;;
        *) dir=$(pwd)/${dir#./} ;;
    esac
    check_folder

    tmp='' staged='' finished=''
    trap clean_up EXIT
    # A shell that is killed by a signal skips its EXIT trap; one that exits does not.
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    tmp=$(mktemp -d) || die "Could not make a temporary folder in ${TMPDIR:-/tmp}. Set TMPDIR to a folder that can be written to."

    checkout=$(find_checkout)
    if [ -n "$checkout" ] && [ -z "$version" ]; then
        build
    else
        download
    fi
    put_in_place
    say_where
}

is_version() {
    case $1 in
        *[!0-9A-Za-z.-]*) return 1 ;;
        [0-9]*.[0-9]*.[0-9]*) return 0 ;;
        *) return 1 ;;
    esac
}

# Checks the target folder before a long build or download. Sets $missing to the
# topmost folder that must be created, or to nothing.
check_folder() {
    missing=
    nearest=$dir
    while [ ! -e "$nearest" ]; do
        missing=$nearest
        nearest=$(dirname "$nearest")
    done
    [ -d "$nearest" ] ||
        die "Can't install into $dir, because $nearest is not a folder. Choose another with --dir DIR."
    { [ -w "$nearest" ] && [ -x "$nearest" ]; } ||
        die "Can't install into $dir, because $nearest can't be written to. Choose another folder with --dir DIR."
    [ ! -d "$dir/mdskill" ] ||
        die "Can't install $dir/mdskill, because a folder of that name is there. Choose another folder with --dir DIR."
}

# Prints the folder of this script if it is a checkout of mdskill. If the script
# is piped into sh, $0 is the shell.
find_checkout() {
    [ "${0##*/}" = install.sh ] && [ -f "$0" ] || return 0
    folder=$(cd "$(dirname "$0")" && pwd)
    if [ -f "$folder/Cargo.toml" ] && grep -q '^name = "mdskill"' "$folder/Cargo.toml"; then
        say "$folder"
    fi
}

build() {
    has cargo || die "Building the checkout $checkout needs cargo, which is not on PATH. Install Rust (https://rustup.rs) and run this again, or download a release with --version X.Y.Z."
    say "Building mdskill from $checkout"
    target=${CARGO_TARGET_DIR:-$checkout/target}
    (cd "$checkout" && cargo build --release --locked --bin mdskill --target-dir "$target") ||
        die "The build of $checkout failed; cargo says why above. Nothing was installed."
    # A relative CARGO_TARGET_DIR is relative to the checkout, where cargo ran.
    new=$(cd "$checkout" && cd "$target" && pwd)/release/mdskill
    [ -f "$new" ] || die "cargo built $checkout, but there is no $new. If CARGO_BUILD_TARGET or a cargo configuration names another target, unset it and run this again."
}

download() {
    base=${MDSKILL_RELEASES_URL:-https://github.com/$REPOSITORY/releases}
    base=${base%/}
    from_source="To build it instead: git clone https://github.com/$REPOSITORY && sh ${REPOSITORY##*/}/install.sh"

    has curl || has wget ||
        die "Downloading mdskill needs curl or wget, and neither is on PATH. Install one and run this again."
    has sha256sum || has shasum || has openssl ||
        die "Verifying the download needs sha256sum, shasum or openssl, and none is on PATH. Install one and run this again; nothing is installed unverified."
    has tar || die "Unpacking the download needs tar, which is not on PATH. Install it and run this again."

    find_target
    [ -n "$version" ] || find_newest

    archive=mdskill-$target.tar.gz
    url=$base/download/v$version/$archive
    say "Downloading $url"
    for end in '' .sha256; do
        fetch "$url$end" "$tmp/$archive$end" ||
            die "Could not download $url$end: $(why). See whether $base has version $version for $target. $from_source"
    done

    # The first word of the file is the checksum, in the format of sha256sum.
    read -r wanted _ <"$tmp/$archive.sha256" || wanted=${wanted:-}
    case $wanted in
        '' | *[!0-9a-f]*) wanted= ;;
    esac
    [ ${#wanted} -eq 64 ] ||
        die "$url.sha256 does not hold a SHA-256 checksum, so the download can't be verified and was not installed. Try again later, or choose another release with --version X.Y.Z."
    got=$(sha256 "$tmp/$archive")
    [ "$got" = "$wanted" ] ||
        die "The checksum of $url is wrong: $wanted was promised, the download has $got. It was not installed. Try again; if it stays wrong, please report it at https://github.com/$REPOSITORY/issues."

    # Only this file is extracted, because the archive is not trusted.
    tar -xzf "$tmp/$archive" -C "$tmp" mdskill 2>"$tmp/why" ||
        die "Could not unpack $url: $(why). $from_source"
    new=$tmp/mdskill
    { [ -f "$new" ] && [ ! -L "$new" ]; } || die "$url does not hold the program. $from_source"
}

find_target() {
    system=$(uname -s)
    machine=$(uname -m)
    target=
    case $machine in
        x86_64 | amd64) cpu=x86_64 ;;
        aarch64 | arm64) cpu=aarch64 ;;
        *) cpu= ;;
    esac
    case $cpu-$system in
        -*) ;;
        *-Darwin) target=$cpu-apple-darwin ;;
        *-Linux)
            case $(ldd --version 2>&1) in
                *musl*) target=$cpu-unknown-linux-musl ;;
                *) target=$cpu-unknown-linux-gnu ;;
            esac
            ;;
    esac
    [ -n "$target" ] || die "There is no release of mdskill for $system on $machine. $from_source"
}

# $base/latest redirects to …/tag/vX.Y.Z.
find_newest() {
    # Only the redirect is read, because a mirror may not have the page itself.
    headers "$base/latest" "$tmp/headers" || :
    version=$(sed -n 's|^ *[Ll]ocation: .*/tag/v\([0-9A-Za-z.-]*\).*|\1|p' "$tmp/headers" | tail -n 1)
    is_version "$version" ||
        die "Could not find the newest release: $base/latest does not lead to one ($(why)). Name one with --version X.Y.Z."
}

# headers URL FILE: writes the response headers of URL and of its redirects to FILE
headers() {
    if has curl; then
        safe_curl -fsSIL --retry 2 --connect-timeout 20 "$1" >"$2" 2>"$tmp/why"
    else
        wget -S --spider -t 3 "$1" 2>"$tmp/why" >"$tmp/page" || :
        cp "$tmp/why" "$2"
    fi
}

# fetch URL FILE: downloads URL to FILE. Both write the reason of a failure to $tmp/why.
fetch() {
    if has curl; then
        safe_curl -fsSL --retry 2 --connect-timeout 20 -o "$2" "$1" 2>"$tmp/why"
    else
        wget -S -t 3 -O "$2" "$1" 2>"$tmp/why" || return 1
        if [ -z "${MDSKILL_RELEASES_URL:-}" ] && grep -qi '^ *location: *http:' "$tmp/why"; then
            say "it was redirected from https to http" >"$tmp/why"
            return 1
        fi
    fi
}

# Allows only https, also in redirects. A mirror that the user names may use any protocol.
safe_curl() {
    if [ -n "${MDSKILL_RELEASES_URL:-}" ]; then
        curl "$@"
    else
        curl --proto '=https' --tlsv1.2 "$@"
    fi
}

# Prints the last message of a program. wget indents the server's response and begins
# some lines with the date; both are removed.
why() {
    reason=$(sed -n 's/\.$//; s/^[0-9-]* [0-9:]* //; /^[^ ]/p' "$tmp/why" | tail -n 1)
    say "${reason:-no reason was given}"
}

sha256() {
    if has sha256sum; then
        sha256sum <"$1"
    elif has shasum; then
        shasum -a 256 <"$1"
    else
        openssl dgst -sha256 -r <"$1"
    fi | cut -d ' ' -f 1
}

# Runs a copy in the target folder, and then renames it over the old program, so that
# there is always a complete program that runs on this machine.
put_in_place() {
    mkdir -p "$dir" || die "Could not make the folder $dir. Choose another with --dir DIR."
    dir=$(cd "$dir" && pwd)
    staged=$(mktemp "$dir/.mdskill.XXXXXX") || die "Could not write into $dir. Choose another folder with --dir DIR."
    { cp "$new" "$staged" && chmod 755 "$staged"; } ||
        die "Could not write into $dir. Free some space, or choose another folder with --dir DIR."
    installed=$("$staged" --version </dev/null 2>"$tmp/why") ||
        die "The program was put together but does not run on this machine: $(why). Nothing was changed. ${from_source:-}"
    mv -f "$staged" "$dir/mdskill" || die "Could not write $dir/mdskill. Choose another folder with --dir DIR."
    finished=yes
}

say_where() {
    say "Installed $installed: $dir/mdskill"
    case :$PATH: in
        *":$dir:"*)
            first=$(command -v mdskill || :)
            [ "$first" = "$dir/mdskill" ] || say "Another one comes first on PATH: $first"
            ;;
        *)
            say "$dir is not on PATH. Add this line to your shell's start file, such as ~/.profile:"
            say "  export PATH=\"$dir:\$PATH\""
            ;;
    esac
}

clean_up() {
    [ -z "$tmp" ] || rm -rf "$tmp"
    [ -n "$finished" ] && return
    [ -z "$staged" ] || rm -f "$staged"
    # Remove the folders that were created, the innermost first.
    while [ -n "$missing" ] && [ -d "$missing" ]; do
        rmdir "$dir" 2>/dev/null || break
        [ "$dir" != "$missing" ] || break
        dir=$(dirname "$dir")
    done
}

main "$@"
