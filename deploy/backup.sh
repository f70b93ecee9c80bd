#!/usr/bin/env bash
# A copy of the ledger that can be restored, made while programs are at work on it.
#   deploy/backup.sh STATE_FOLDER TARGET_FOLDER        a ledger in a file
#   deploy/backup.sh postgresql://… TARGET_FOLDER      a ledger on PostgreSQL (needs pg_dump)
# KEEP_DAYS=35 deletes backups of that folder that are older, and with them the personal data in them.
# The signing key beside a ledger in a file (*.key) is copied too; an operator's own key is yours to keep elsewhere.
set -euo pipefail
[ $# -eq 2 ] || { sed -n '2,5p' "$0" >&2; exit 2; }
source=$1 target=$2 stamp=$(date -u +%Y%m%dT%H%M%SZ)
umask 077
mkdir -p "$target"
case $source in
postgresql://*) pg_dump --format=custom --no-owner --file="$target/ledger-$stamp.dump" "$source" ;;
*)
    [ -f "$source/ledger.sqlite" ] || { echo "$source: there is no ledger.sqlite here." >&2; exit 2; }
    "${PYTHON:-python3}" - "$source/ledger.sqlite" "$target/ledger-$stamp.sqlite" <<'PYTHON'
import sqlite3, sys
with sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True) as ledger, sqlite3.connect(sys.argv[2]) as copy:
    ledger.backup(copy)
PYTHON
    find "$source" -maxdepth 1 -name '*.key' -exec cp -p {} "$target/" \;
    ;;
esac
if [ -n "${KEEP_DAYS:-}" ]; then
    find "$target" -maxdepth 1 -type f \( -name 'ledger-*.sqlite' -o -name 'ledger-*.dump' \) -mtime "+$KEEP_DAYS" -delete
fi
echo "$target: written ($stamp)"
