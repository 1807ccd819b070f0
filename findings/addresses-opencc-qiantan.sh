#!/usr/bin/env bash
# OpenCC 1.4.2, t2s: 乾縣 and 乾安縣 keep their 乾, the town 乾潭鎮 (乾潭镇 in simplified, Jiande)
# becomes 干潭镇; 於都縣 becomes 于都县, 於潛鎮 keeps its 於. Whole names are kept from a list, so a
# converter's output can't be compared with a list of divisions: both sides have to be folded.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q opencc==1.4.2
"$folder/venv/bin/python" - <<'PY'
import opencc

EXPECTED = {
    "乾縣": "乾县",
    "乾安縣": "乾安县",
    "乾潭鎮": "干潭镇",
    "於都縣": "于都县",
    "於潛鎮": "於潜镇",
}
converter = opencc.OpenCC("t2s")
for traditional, known in EXPECTED.items():
    seen = converter.convert(traditional)
    print(f"{traditional}: {seen}")
    assert seen == known, f"{traditional} is converted otherwise now"
PY
