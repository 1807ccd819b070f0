#!/usr/bin/env bash
# Behaviour: in which character set a Chinese link is written into a QR code depends on which
#   characters it holds, in both libraries: where all of them are in Shift_JIS (上海) the bytes are
#   Shift_JIS, else (东京, simplified) UTF-8. Neither code says so (no ECI; all read as ]Q1), so of
#   two links of one shop a reader that takes the bytes for UTF-8 opens one. Percent-encode first.
# Versions: segno 1.6.6, zxing-cpp 3.1.1, pillow 13.0.0 (PyPI).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" \
  segno==1.6.6 zxing-cpp==3.1.1 pillow==13.0.0
said=$(PYTHONPATH="$folder" python3 -c '
import io
import segno
import zxingcpp
from PIL import Image

def tell(writer, picture, link):
    read = zxingcpp.read_barcode(picture)
    kept = [name for name in ("utf-8", "shift_jis") if read.bytes == link.encode(name, "replace")]
    print(writer, link, *kept, read.symbology_identifier)

for link in ("https://pay.example/上海", "https://pay.example/东京"):
    drawn = io.BytesIO()
    segno.make(link, error="m", micro=False).save(drawn, kind="png", scale=4)
    tell("segno", Image.open(drawn).convert("L"), link)
    code = zxingcpp.create_barcode(link, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    tell("zxing-cpp", code.to_image(scale=4), link)
')
printf '%s\n' "$said"
[ "$said" = "segno https://pay.example/上海 shift_jis ]Q1
zxing-cpp https://pay.example/上海 shift_jis ]Q1
segno https://pay.example/东京 utf-8 ]Q1
zxing-cpp https://pay.example/东京 utf-8 ]Q1" ]
