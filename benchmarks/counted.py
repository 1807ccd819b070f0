"""The bot, counting what it does: `python -m benchmarks.counted PORT`, else as `-m bot`.

Counts do not depend on how busy the machine is. `GET /` on PORT tells how often since the start

- a Python function was called or resumed, in any thread: the count of instructions that CPython
  3.11 can be asked for without a debugger (callgrind counts the interpreter's as well, and those
  differ with the hash seed and the addresses of objects);
- each statement ran in SQLite, without its values.
"""

import collections
import json
import re
import sqlite3
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import FrameType
from typing import Any

_calls = [0]
_statements: collections.Counter[str] = collections.Counter()
_VALUES = re.compile(r"[xX]?'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")


def _profile(_: FrameType, event: str, __: Any) -> None:
    if event == "call":
        _calls[0] += 1


def _trace(sql: str) -> None:
    _statements[_VALUES.sub("?", sql)] += 1


class _Teller(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"calls": _calls[0], "statements": dict(_statements)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def _count(port: int) -> None:
    server = HTTPServer(("127.0.0.1", port), _Teller)
    # Begun before the profile is set for new threads, so that telling counts for nothing.
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connect = sqlite3.connect

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(_trace)
        return connection

    sqlite3.connect = traced  # type: ignore[assignment]  # one signature for its overloads
    threading.setprofile(_profile)
    sys.setprofile(_profile)


if __name__ == "__main__":
    _count(int(sys.argv.pop(1)))
    from bot.__main__ import main

    raise SystemExit(main())
