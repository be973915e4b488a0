#!/bin/sh
# Installs the system packages that tests drive: Chromium with a font, Java for Spark, and what followthemoney (which reads
# exports back) is built with. As root on Debian it does so itself; elsewhere it says what to install and stops, since a test that cannot run must not look as if it had passed.
set -eu

missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium fonts-liberation"
command -v java >/dev/null 2>&1 || missing="$missing openjdk-17-jre-headless"
pkg-config --exists icu-i18n 2>/dev/null || missing="$missing libicu-dev pkg-config"
command -v g++ >/dev/null 2>&1 || missing="$missing g++"
[ -n "$missing" ] || exec sh scripts/setup.sh interop

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "clew: the tests need these Debian packages (or their like elsewhere):$missing" >&2
    echo "clew: as root: apt-get install$missing" >&2
    echo "clew: or run 'make test-core', which needs none of them" >&2
    exit 1
fi
echo "clew: installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >&2
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >&2
exec sh scripts/setup.sh interop
