"""The page's own files: read once, compressed once, named by content so that a browser keeps them for a year.

It answers for bytes and cache headers of `bot/web/static/`. It must not serve anything outside that folder.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

STATIC_FOLDER = Path(__file__).parent / "static"
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent. `version` is the start of its SHA-256."""

    body: bytes
    compressed: bytes
    content_type: str
    version: str


def load_assets(folder: Path = STATIC_FOLDER) -> dict[str, Asset]:
    """Read the folder: file name → Asset. In HTML, `/static/<name>` becomes `/static/<name>?v=<version>`."""
    paths = [path for path in sorted(folder.iterdir()) if path.suffix in CONTENT_TYPES]
    assets = {path.name: make_asset(path.name, path.read_bytes()) for path in paths if path.suffix != ".html"}
    for path in paths:
        if path.suffix == ".html":
            html = path.read_text("utf-8")
            for name, asset in assets.items():
                html = html.replace(f'"/static/{name}"', f'"/static/{name}?v={asset.version}"')
            assets[path.name] = make_asset(path.name, html.encode())
    return assets


def make_asset(name: str, body: bytes) -> Asset:
    return Asset(
        body=body,
        compressed=gzip.compress(body, mtime=0),
        content_type=CONTENT_TYPES[Path(name).suffix],
        version=hashlib.sha256(body).hexdigest()[:16],
    )


def answer_with(asset: Asset, request: Request, cache_control: str) -> Response:
    """The asset as a response: 304 when the browser has it, gzip when the browser reads gzip."""
    headers = {"Cache-Control": cache_control, "ETag": f'W/"{asset.version}"', "Vary": "Accept-Encoding"}
    if asset.version in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.compressed, headers=headers, media_type=asset.content_type)
    return Response(asset.body, headers=headers, media_type=asset.content_type)


def cache_control_for(asset: Asset, asked_version: str | None) -> str:
    """A year when the address names this very content; else the browser has to ask again each time."""
    return "public, max-age=31536000, immutable" if asked_version == asset.version else "no-cache"
