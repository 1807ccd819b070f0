// One kept library over texts: node contestants.js NAME, as contestants.py does.
const name = process.argv[2];
const library = require(name);
const readers = {
  "address-parse": (text) => {
    const [best] = library.default.parse(text, true);
    const names = [best.province, best.city, best.area];
    return [best.code || "", names, best.details || "", best.name || "", best.mobile || best.phone || ""];
  },
  "zh-address-parse": (text) => {
    const best = (library.default || library)(text);
    const names = [best.province, best.city, best.area];
    return [best.areaCode || "", names, best.detail || "", best.name || "", best.phone || ""];
  },
};
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
const read = readers[name];
read(texts[0]);
let failed = 0;
const rows = [];
const begun = process.hrtime.bigint();
for (const text of texts) {
  try {
    rows.push(read(text));
  } catch (error) {
    failed += 1;
    rows.push(["", [], "", "", ""]);
  }
}
const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
process.stderr.write(JSON.stringify({ seconds, rows, failed }) + "\n");
