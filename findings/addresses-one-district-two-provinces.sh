#!/usr/bin/env bash
# cpca 0.5.5 and addressparser 0.2.4: a district that two provinces have is given to one of them
# without a word, and not to the same one; a county founded in 2024 becomes one of another province.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q cpca==0.5.5 addressparser==0.2.4 six==1.17.0
"$folder/venv/bin/python" - <<'PY'
import addressparser
import cpca

TEXT = "朝阳区建国路88号"  # Beijing and Changchun have a 朝阳区; the road is in Beijing
NEW = "新疆和田地区和康县人民路1号"  # 和康县, since 2024; 康县 is a county of Gansu


def place(found):
    return [value or "" for value in found.iloc[0][["省", "市", "区"]]]


seen = {
    "cpca": place(cpca.transform([TEXT])),
    "addressparser": place(addressparser.transform([TEXT])),
    "addressparser, 和康县": place(addressparser.transform([NEW])),
}
for name, value in seen.items():
    print(f"{name}: {value}")
assert seen == {
    "cpca": ["吉林省", "长春市", "朝阳区"],
    "addressparser": ["北京市", "北京市", "朝阳区"],
    "addressparser, 和康县": ["新疆维吾尔自治区", "和田地区", "康县"],
}, "the libraries read it otherwise now"
PY
