#!/usr/bin/env bash
# Behaviour: under libfaketime 0.9.10 with a file for the time, a Python thread that waits for the
#   interpreter's lock does not wait but spins, whatever the offset: what takes no CPU without it
#   keeps a core busy. Its "fix" for waits by the monotonic clock, on unless told otherwise, turns
#   their deadlines into ones that have passed. FAKETIME_FORCE_MONOTONIC_FIX=0 leaves them alone,
#   and the wall clock is stepped all the same.
# Versions: libfaketime 0.9.10-2.1 (Debian 12, glibc 2.36), Python 3.11.2.
set -euo pipefail
library=$(ls /usr/lib/*-linux-gnu*/faketime/libfaketimeMT.so.1)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo "+3600s" > "$folder/clock"
cpu() {
  env LD_PRELOAD="$library" FAKETIME_TIMESTAMP_FILE="$folder/clock" FAKETIME_CACHE_DURATION=1 \
    FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1 "$@" python3 -c '
import resource, threading, time
ends = time.monotonic() + 3

def works() -> None:
    while time.monotonic() < ends:
        sum(range(1000))

threads = [threading.Thread(target=works) for _ in range(2)]
for each in threads:
    each.start()
for each in threads:
    each.join()
used = resource.getrusage(resource.RUSAGE_SELF)
print(round(used.ru_utime, 2), "s in Python,", round(used.ru_stime, 2), "s in the kernel")
'
}
with=$(cpu)
without=$(cpu FAKETIME_FORCE_MONOTONIC_FIX=0)
printf 'with its fix: %s\nwithout: %s\n' "$with" "$without"
awk -v a="$with" -v b="$without" 'BEGIN { split(a, x, " "); split(b, y, " "); exit !(x[5] > 5 * y[5]) }'
