#!/bin/sh
# Installs the programs that some tests need (Chromium, Prometheus, PostgreSQL, Maven and Java) from Debian, where that is allowed.
# Never fails: a test whose program is missing is skipped by name, or fails when PALOVAHTI_REQUIRE lists it.
need=""
command -v chromium >/dev/null 2>&1 || need="$need chromium fonts-noto-core fonts-noto-color-emoji"
command -v prometheus >/dev/null 2>&1 || need="$need prometheus"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || need="$need postgresql"
command -v mvn >/dev/null 2>&1 || need="$need maven openjdk-17-jre-headless"
command -v faketime >/dev/null 2>&1 || need="$need faketime" # turns the clock of a worker, in the kill matrix
[ -z "$need" ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "not installed (needs root and apt):$need; the tests that need them are skipped" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null 2>&1
# shellcheck disable=SC2086 # a list of package names
apt-get install -y -qq --no-install-recommends $need >/dev/null 2>&1 || echo "could not install:$need" >&2
exit 0
