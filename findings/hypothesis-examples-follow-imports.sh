#!/usr/bin/env bash
# Behaviour: Hypothesis takes constants out of the program's own modules, those that happen to be
#   imported, and tries them; with `derandomize=True` as well, which is meant to give the same
#   examples each time. So a test's examples change when another module is imported before it (one
#   more test file in the run, a test split to another worker), and a failure of the whole run may not
#   come back where the test is run alone. An installed package's constants are left out.
# Versions: Hypothesis 6.170.15 (PyPI), Python 3.11.
# Seen: the same 400 examples twice by itself, without 987654321; with a module imported that holds
#   this number, 400 others, twice the same, with it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q hypothesis==6.170.15
echo 'DEAREST = 987_654_321' > prices.py
cat > look.py <<'PY'
import hashlib
import importlib
import sys

from hypothesis import given, settings, strategies

for name in sys.argv[2:]:
    importlib.import_module(name)
seen = []


@settings(derandomize=True, max_examples=400, database=None)
@given(strategies.integers())
def look(number):
    seen.append(number)


look()
print(len(seen), int(sys.argv[1]) in seen, hashlib.sha256(repr(seen).encode()).hexdigest())
PY
alone=$(venv/bin/python look.py 987654321); again=$(venv/bin/python look.py 987654321)
beside=$(venv/bin/python look.py 987654321 prices); twice=$(venv/bin/python look.py 987654321 prices)
printf '%s\n' "$alone" "$again" "$beside" "$twice"
[ "$alone" = "$again" ] && [ "$beside" = "$twice" ]
[[ "$alone" = "400 False "* && "$beside" = "400 True "* ]]
