#!/bin/sh
# Make sure that the browser tests have a Chromium and fonts: Debian's packages where we may install them, else playwright's own.
set -eu

have_browser() { [ -x "${FIXEDYET_CHROMIUM:-/usr/bin/chromium}" ]; }
have_fonts() { command -v fc-list >/dev/null 2>&1 && fc-list | grep -qi "noto"; }

if have_browser && have_fonts; then
  exit 0
fi
if [ -f /etc/debian_version ] && [ "$(id -u)" = 0 ]; then
  echo "Installing Chromium and fonts from Debian ..."
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fontconfig fonts-noto-core fonts-noto-cjk >/dev/null
elif have_browser || .venv/bin/playwright install chromium; then
  exit 0
fi
if ! have_browser; then
  echo "The browser tests need Chromium: install it (for example 'sudo apt-get install chromium fonts-noto-core') and set FIXEDYET_CHROMIUM to its path." >&2
  exit 1
fi
