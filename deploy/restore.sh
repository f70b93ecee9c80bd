#!/usr/bin/env bash
# Put a backup back. Stop every server, worker and timer first.
#   deploy/restore.sh BACKUP.sqlite STATE_FOLDER
#   deploy/restore.sh BACKUP.dump postgresql://…       an empty database (needs pg_restore)
# Afterwards the ledger may be older than what was sent: the next run notices that before it sends anything, and
# `campaign-runner recover FILE` asks Tango for the orders that the backup does not know.
set -euo pipefail
[ $# -eq 2 ] || { sed -n '2,6p' "$0" >&2; exit 2; }
backup=$1 target=$2
[ -f "$backup" ] || { echo "$backup: there is no such file." >&2; exit 2; }
umask 077
case $target in
postgresql://*) pg_restore --no-owner --exit-on-error --dbname="$target" "$backup" ;;
*)
    mkdir -p "$target"
    before=$target/ledger.sqlite.before-restore-$(date -u +%Y%m%dT%H%M%SZ)
    for part in "" -wal -shm; do  # the newest orders may stand in the -wal alone
        if [ -e "$target/ledger.sqlite$part" ]; then mv "$target/ledger.sqlite$part" "$before$part"; fi
    done
    cp "$backup" "$target/ledger.sqlite"
    find "$(dirname "$backup")" -maxdepth 1 -name '*.key' -exec cp -p {} "$target/" \;
    ;;
esac
echo "$target: restored. Now: campaign-runner audit verify, then campaign-runner recover FILE for each open campaign."
