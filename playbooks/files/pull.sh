#!/bin/sh
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Pulls PULL_IMAGE as PULL_USER, who may be empty for whoever runs this, with the first program that is installed and that finds its log-ins
# where those of PULL_CLIENTS are. PULL_VERIFY is true, or false where certificates are not checked.
set -eu

as_user() {
  if [ -n "$PULL_USER" ] && [ "$PULL_USER" != "$(id -un)" ]; then
    # Root turns into the user here, because Ansible itself can become a user without rights only where files can be handed to them.
    unset XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS
    exec su -s /bin/sh "$PULL_USER"
  fi
  exec /bin/sh
}

as_user << 'END'
set -eu
# The folder that this began in may be closed to the user.
cd /
docker='' containers=''
for client in $PULL_CLIENTS; do
  case $client in docker) docker=$HOME/.docker ;; *) containers=$HOME/.config/containers/auth.json ;; esac
done
if [ "$containers" ] && command -v podman > /dev/null; then
  exec podman pull --quiet --authfile "$containers" --tls-verify="$PULL_VERIFY" "$PULL_IMAGE" < /dev/null
fi
if [ "$docker" ] && command -v docker > /dev/null; then
  exec docker --config "$docker" pull --quiet "$PULL_IMAGE" < /dev/null
fi
if [ "$containers" ] && command -v skopeo > /dev/null; then
  place=$(mktemp -d)
  trap 'rm -rf "$place"' EXIT
  skopeo copy --quiet --src-authfile "$containers" --src-tls-verify="$PULL_VERIFY" "docker://$PULL_IMAGE" "dir:$place" < /dev/null
  exit
fi
echo "no program is installed that could pull with the log-ins of: $PULL_CLIENTS; without bootstrap_server_image a token is proof enough" >&2
exit 1
END
