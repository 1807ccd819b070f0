#!/usr/bin/env bash
# zh-address-parse 1.3.16: a code behind the recipient (KA-112) is moved to the end of the street,
# as is a telephone extension; of an English address every digit and space is dropped.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent zh-address-parse@1.3.16
node - <<'JS'
const assert = require("assert");
const module_ = require("zh-address-parse");
const parse = module_.default || module_;
const seen = [
  "收货人:张三 KA-112\n电话: 13800000000\n广东省佛山市南海区大沥镇工业区16号",
  "张三 18412345678-1234 广东省深圳市南山区科苑路15号",
  "Room 501, No. 18 Keyuan Road, Nanshan District, Shenzhen; 13800138000",
].map((text) => parse(text)).map(({ name, detail }) => [name, detail]);
console.log(seen);
assert.deepStrictEqual(seen, [
  ["张三", "大沥镇工业区16号KA-112"],
  ["张三", "科苑路15号-1234"],
  ["", "RoomNoKeyuanRoadNanshanDistrictShenzhen"],
]);
JS
