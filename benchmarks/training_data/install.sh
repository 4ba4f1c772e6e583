#!/bin/sh
# Installs Chromium and the fonts that the templates name (Debian 12; needs root), and the Python packages.
set -e
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
  chromium fontconfig \
  fonts-cantarell fonts-crosextra-caladea fonts-crosextra-carlito fonts-dejavu fonts-ebgaramond \
  fonts-firacode fonts-freefont-ttf fonts-hack fonts-inter fonts-jetbrains-mono fonts-lato \
  fonts-liberation fonts-linuxlibertine fonts-noto-cjk fonts-noto-color-emoji fonts-noto-core \
  fonts-noto-mono fonts-open-sans fonts-roboto
python3 -m pip install matplotlib numpy pillow pygments scipy
