#!/usr/bin/env bash
# Behaviour: which certificates aiohttp trusts is settled by its import, not by its first connection:
#   it makes its context for verified connections while it is imported. A program that names its
#   certificate file (SSL_CERT_FILE) after that line, for example from its settings, is refused by a
#   server that the file vouches for; httpx, which asks at each client, and the standard library,
#   in the same process, connect.
# Versions: aiohttp 3.14.5, httpx 0.28.1, trustme 1.2.1 (PyPI), Python 3.11.
# Seen: named before the import: aiohttp 200, httpx 200; after it: aiohttp
#   ClientConnectorCertificateError, httpx 200.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q aiohttp==3.14.5 httpx==0.28.1 trustme==1.2.1
cat > look.py <<'PY'
import asyncio
import os
import ssl
import sys

import trustme

authority = trustme.CA()
authority.cert_pem.write_to_path("authority.pem")
served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
authority.issue_cert("localhost").configure_cert(served)

if sys.argv[1] == "before":
    os.environ["SSL_CERT_FILE"] = "authority.pem"
import aiohttp
import httpx

os.environ["SSL_CERT_FILE"] = "authority.pem"


async def answer(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    await writer.drain()
    writer.close()


async def by_aiohttp(url):
    try:
        async with aiohttp.ClientSession() as session, session.get(url) as got:
            return got.status
    except aiohttp.ClientError as error:
        return type(error).__name__


async def main():
    server = await asyncio.start_server(answer, "localhost", 0, ssl=served)
    url = f"https://localhost:{server.sockets[0].getsockname()[1]}/"
    said = [await by_aiohttp(url)]
    async with httpx.AsyncClient() as client:
        said.append((await client.get(url)).status_code)
    print(sys.argv[1], "the import: aiohttp", said[0], "httpx", said[1])
    server.close()


asyncio.run(main())
PY
said=$(venv/bin/python look.py before; venv/bin/python look.py after)
printf '%s\n' "$said"
[ "$said" = "before the import: aiohttp 200 httpx 200
after the import: aiohttp ClientConnectorCertificateError httpx 200" ]
