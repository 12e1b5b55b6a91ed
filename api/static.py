"""Styles, scripts and fonts from memory, compressed once, kept by browsers for a year.

Three families, all from this machine: our style sheets bundled behind Bootstrap's and its icons
(from the installed Bootstrap-Flask package) at ``/static/<digest>/``, Dash's component suites at
``/_dash-component-suites/`` and our scripts at ``/assets/``. Dash serves the last two itself, read
from disk and uncompressed; here the first answer is kept, with brotli and gzip made beside it,
which is worth a second of loading on a slow line. An address that carries a fingerprint (a digest,
a version or ``?m=``) is immutable; the others are revalidated. Changed files show after a restart.

plotly.js (4.8 MB, 1.2 MB compressed) is of the first family, although Dash would serve it: under
an address with a fingerprint, which ``boot/theme.js`` gives to Dash, it is fetched once a version.
"""

import gzip
import hashlib
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import brotli
from dash.exceptions import DependencyException
from flask import Flask, Response, abort, request
from werkzeug.wrappers import Response as BaseResponse

ASSETS = Path(__file__).parent.parent / "components" / "assets"
BOOTSTRAP = files("flask_bootstrap") / "static" / "bootstrap5" / "css"
PLOTLY = files("plotly") / "package_data" / "plotly.min.js"
SUITES = "/_dash-component-suites/"
YEAR = "public, max-age=31536000, immutable"
COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg+xml")

_ORDER = ("tokens.css", "app.css", "shell.css")
"""After Bootstrap; whatever else lies in ``assets/css`` follows by name."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A body in each encoding the browser may ask for; the plain one has the key ``""``."""

    bodies: dict[str, bytes]
    mimetype: str
    etag: str


def _asset(body: bytes, mimetype: str, *, quality: int = 5) -> Asset:
    bodies = {"": body}
    if len(body) > 512 and mimetype.startswith(COMPRESSIBLE):
        bodies["gzip"] = gzip.compress(body, 6)
        bodies["br"] = brotli.compress(body, quality=quality)
    return Asset(bodies, mimetype, hashlib.sha256(body).hexdigest()[:16])


def _styles() -> bytes:
    own = sorted((ASSETS / "css").glob("*.css"), key=lambda path: (_rank(path.name), path.name))
    sheets = [
        (BOOTSTRAP / "bootstrap.min.css").read_text(),
        # The font stands beside the bundle under its own name.
        re.sub(
            r"@font-face\{.*?\}",
            "@font-face{font-display:block;font-family:bootstrap-icons;"
            'src:url("bootstrap-icons.woff2") format("woff2")}',
            (BOOTSTRAP / "font" / "bootstrap-icons.min.css").read_text(),
            count=1,
            flags=re.S,
        ),
        *(path.read_text() for path in own),
    ]
    return re.sub(r"/\*# sourceMappingURL=.*?\*/", "", "\n".join(sheets)).encode()


def _rank(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


_FILES = {
    "console.css": _asset(_styles(), "text/css; charset=utf-8"),
    "bootstrap-icons.woff2": _asset(
        (BOOTSTRAP / "font" / "fonts" / "bootstrap-icons.woff2").read_bytes(), "font/woff2"
    ),
    "theme.js": _asset(
        (ASSETS / "boot" / "theme.js").read_bytes(), "application/javascript; charset=utf-8"
    ),
    "signin.js": _asset(
        (ASSETS / "boot" / "signin.js").read_bytes(), "application/javascript; charset=utf-8"
    ),
    "mark.svg": _asset((ASSETS / "boot" / "mark.svg").read_bytes(), "image/svg+xml"),
    "mark-line.svg": _asset((ASSETS / "boot" / "mark-line.svg").read_bytes(), "image/svg+xml"),
}


class _Later:
    """An asset that is compressed when it is asked for first: plotly.js takes a second, which a
    console without charts should not wait for. Who asks meanwhile waits for the one that began."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self._making = threading.Lock()
        self._made: Asset | None = None

    def __call__(self) -> Asset:
        with self._making:
            if self._made is None:
                self._made = _asset(
                    self._read(), "application/javascript; charset=utf-8", quality=9
                )
            return self._made


_LARGE = {"plotly.min.js": _Later(PLOTLY.read_bytes)}
_MARKS = [*(asset.etag for asset in _FILES.values()), version("plotly")]
_DIGEST = hashlib.sha256("".join(_MARKS).encode()).hexdigest()[:12]

PREFIX = f"/static/{_DIGEST}/"

HEAD = f"""<link rel="icon" href="{PREFIX}mark.svg" type="image/svg+xml">
<link rel="preload" href="{PREFIX}bootstrap-icons.woff2" as="font" type="font/woff2" crossorigin>
<script src="{PREFIX}theme.js"></script>
<link rel="stylesheet" href="{PREFIX}console.css">"""
"""What every HTML page of the console has in its head: theme before paint, styles, icons."""


def install(server: Flask) -> None:
    """Answer ``/static/`` and keep what Dash serves under its two prefixes."""
    kept: dict[str, Asset] = {}

    def static_file(digest: str, name: str) -> BaseResponse:
        if name not in _FILES and name not in _LARGE:
            abort(404)
        asset = _FILES[name] if name in _FILES else _LARGE[name]()
        return _answer(asset, immutable=digest == _DIGEST)

    server.add_url_rule("/static/<digest>/<name>", view_func=static_file)

    @server.before_request
    def from_memory() -> BaseResponse | None:
        asset = kept.get(request.path)
        return _answer(asset, immutable=_fingerprinted()) if asset else None

    @server.after_request
    def keep(response: Response) -> BaseResponse:
        if (
            request.method == "GET"
            and response.status_code == 200
            and request.path.startswith((SUITES, "/assets/"))
            and request.path not in kept
            and len(kept) < 200
        ):
            response.direct_passthrough = False
            kept[request.path] = _asset(response.get_data(), response.content_type)
            return _answer(kept[request.path], immutable=_fingerprinted())
        return response


def is_missing(error: Exception) -> bool:
    """Whether Dash failed because there is no such file; it lists some that it does not ship."""
    missing = isinstance(error, DependencyException | FileNotFoundError)
    return missing and request.path.startswith(SUITES)


def _fingerprinted() -> bool:
    return "m" in request.args or re.search(r"\.v[\w]+m\d+\.", request.path) is not None


def _answer(asset: Asset, *, immutable: bool) -> BaseResponse:
    accepted = request.headers.get("Accept-Encoding", "")
    encoding = next(
        (name for name in ("br", "gzip") if name in asset.bodies and name in accepted), ""
    )
    response = Response(asset.bodies[encoding], content_type=asset.mimetype)
    if encoding:
        response.content_encoding = encoding
    if len(asset.bodies) > 1:
        response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = YEAR if immutable else "no-cache"
    response.set_etag(f"{asset.etag}-{encoding}" if encoding else asset.etag)
    return response.make_conditional(request)
