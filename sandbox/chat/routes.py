"""The chat page's own routes: static files only, under a strict content security policy."""

from pathlib import Path
from typing import Final

from aiohttp import web

_HERE: Final = Path(__file__).resolve().parent
_SAMPLES: Final = _HERE / "samples"

# Without an allow-list the package's own Python files would be served beside the page.
_CONTENT_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}

_POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob:",  # blob: shows a picture before it is sent
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",  # innerHTML and its kin throw
    "trusted-types": "'none'",
}
_HEADERS: Final = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def _file(folder: Path, name: str) -> web.FileResponse:
    """One static file of `folder`; raises `HTTPNotFound` for anything that is not page material."""
    path = (folder / name).resolve()
    content_type = _CONTENT_TYPES.get(path.suffix.lower())
    if content_type is None or not path.is_relative_to(folder) or not path.is_file():
        raise web.HTTPNotFound(text="No such file")
    return web.FileResponse(path, headers={**_HEADERS, "Content-Type": content_type})


async def _page(_request: web.Request) -> web.FileResponse:
    return _file(_HERE, "index.html")


async def _asset(request: web.Request) -> web.FileResponse:
    return _file(_HERE, request.match_info["name"])


async def _sample(request: web.Request) -> web.FileResponse:
    return _file(_SAMPLES, request.match_info["name"])


def add_routes(app: web.Application) -> None:
    """Serve the page at `/`, its modules under `/chat/` and the sample photos under `/samples/`."""
    app.router.add_get("/", _page)
    app.router.add_get("/chat/{name:.+}", _asset)
    app.router.add_get("/samples/{name:.+}", _sample)
