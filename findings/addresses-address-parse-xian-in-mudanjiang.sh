#!/usr/bin/env bash
# address-parse 1.2.19: 西安市 (Xi'an, a city) with a former county behind it is read as 西安区, a
# district of Mudanjiang 2,000 km away, with that district's code and 市 left in the street.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent address-parse@1.2.19
node - <<'JS'
const assert = require("assert");
const { default: parser } = require("address-parse");
const [best] = parser.parse("西安市户县人民路1号", true);
const seen = [best.province, best.city, best.area, best.code, best.details];
console.log(seen);
assert.deepStrictEqual(seen, ["黑龙江省", "牡丹江市", "西安区", "231005", "市户县人民路1号"]);
JS
