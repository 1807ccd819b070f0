#!/usr/bin/env bash
# Behaviour: the newest tzdata keeps Vancouver and Edmonton on summer time in the winter of 2026,
#   an hour away from what tzdata 2025.2 says of the same moment; Seattle, in the same zone until
#   now, changes its clocks as before. A program that reads the system's zone files (Debian 12 and
#   others ship 2025b) shows times an hour off there until the system is updated.
# Versions: tzdata 2025.2 and 2026.6 (PyPI), Python 3.11's zoneinfo.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder/old" tzdata==2025.2
python3 -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder/new" tzdata==2026.6
said() {
  PYTHONTZPATH="" PYTHONPATH="$folder/$1" python3 -c '
from datetime import datetime
from zoneinfo import ZoneInfo
for name in ("America/Vancouver", "America/Edmonton", "America/Los_Angeles"):
    winter = datetime(2026, 12, 1, 12, tzinfo=ZoneInfo(name))
    print(name, winter.strftime("%z"))
'
}
old=$(said old)
new=$(said new)
printf 'tzdata 2025.2\n%s\ntzdata 2026.6\n%s\n' "$old" "$new"
[ "$old" = "America/Vancouver -0800
America/Edmonton -0700
America/Los_Angeles -0800" ]
[ "$new" = "America/Vancouver -0700
America/Edmonton -0600
America/Los_Angeles -0800" ]
