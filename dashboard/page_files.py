"""The files of the pages: scripts and styles under names that change with them, packed once and kept by browsers for a year."""

from __future__ import annotations

import hashlib
import mimetypes
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from dash import Dash
from dash.fingerprint import check_fingerprint
from flask import Flask, Response, request

from dashboard.domain.errors import SettingsError
from dashboard.packing import pack, packed

ROOT = Path(__file__).resolve().parents[1]
ASSETS_FOLDER = ROOT / "assets"
SUITES, ASSETS, LIBRARIES = "/_dash-component-suites/", "/assets/", "/lib/"
UNUSED = ("dash/deps/polyfill", "dash/dash_table/")
"""Scripts that Dash loads on every page and that no page needs: tables are plain HTML, browsers younger than ten years."""
A_YEAR = 31_536_000
KINDS = {".js": "text/javascript", ".css": "text/css"}


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was when it was first asked for, and its packed forms by encoding, the smallest first."""

    content: bytes
    mimetype: str
    digest: str
    forms: dict[str, bytes]


class PageFiles:
    """The files of one process: read once, again when they have changed."""

    def __init__(self, app: Dash, assets: Path) -> None:
        self._app, self._assets = app, assets
        self._held: dict[Path, tuple[int, File]] = {}
        self.libraries = {name: _address(name, path) for name, path in libraries().items()}
        """The address of each library by its name."""

    def get(self, path: Path) -> File:
        """A file with its packed forms. Raises FileNotFoundError."""
        changed = path.stat().st_mtime_ns
        held = self._held.get(path)
        if held is None or held[0] != changed:
            content = path.read_bytes()
            kind = KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            forms = packed(content) if path.suffix in (*KINDS, ".svg") else {}
            held = changed, File(content, kind, hashlib.sha256(content).hexdigest()[:16], forms)
            self._held[path] = held
        return held[1]

    def find(self, address: str, version: str) -> tuple[Path, bool] | None:
        """The file of an address and whether the address belongs to just this content; None: not one of these files."""
        if address.startswith(LIBRARIES):
            name = next((name for name, known in self.libraries.items() if known == address), None)
            return (libraries()[name], True) if name else None
        if address.startswith(ASSETS):
            path = (self._assets / address.removeprefix(ASSETS)).resolve()
            if not path.is_relative_to(self._assets) or not path.is_file():
                return None
            return path, version == str(path.stat().st_mtime)
        package, _, rest = address.removeprefix(SUITES).partition("/")
        name, named = check_fingerprint(rest)
        if not address.startswith(SUITES) or name not in self._app.registered_paths.get(package, ()):
            return None
        path = Path(str(sys.modules[package].__file__)).parent / name
        return (path, named and f"m{int(path.stat().st_mtime)}." in rest) if path.is_file() else None

    def pack(self, scripts: Iterable[str]) -> int:
        """Make the smallest forms of the libraries, of the assets and of the scripts with these addresses; how many were made."""
        found = [self.find(script, "") for script in scripts]
        assets = [path for path in sorted(self._assets.iterdir()) if path.suffix in KINDS]
        paths = {*libraries().values(), *assets, *(each[0] for each in found if each)}
        return sum(pack(path.read_bytes()) for path in sorted(paths))


def libraries() -> dict[str, Path]:
    """Where the libraries lie that pages load when they need them.

    Plotly's small bundle is fetched by npm when the project is set up; without npm the whole one does the same.
    """
    small = ROOT / "node_modules" / "plotly.js-basic-dist-min" / "plotly-basic.min.js"
    whole = _package("plotly") / "package_data" / "plotly.min.js"
    return {"plotly": small if small.is_file() else whole, "leaflet": _package("dash_leaflet") / "dash_leaflet.js"}


def _package(name: str) -> Path:
    """The folder of a package that is not imported: Dash loads the scripts of every one that is on every page."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise SettingsError(f"The package {name} is not installed; set the project up again with 'make demo'.")
    return Path(spec.origin).parent


def needed(scripts: str) -> str:
    """Dash's script elements without those that no page needs."""
    return "\n".join(line for line in scripts.split("\n") if not any(f"{SUITES}{each}" in line for each in UNUSED))


def scripts_of(app: Dash) -> list[str]:
    """The addresses of the scripts that every page loads."""
    return re.findall(r'src="([^"?]+)', needed(app._generate_scripts_html()))  # pyright: ignore[reportPrivateUsage]


def pack_all(assets: Path) -> int:
    """Make the smallest forms of everything that pages load, where they have not been made; returns how many were.

    It needs no city and opens nothing, so it may run before processes are forked.
    """
    app = Dash("packing", assets_folder=str(assets), serve_locally=True, add_log_handler=False)
    with app.server.test_request_context("/"):
        scripts = scripts_of(app)
    return PageFiles(app, assets).pack(scripts)


def register(server: Flask, files: PageFiles) -> None:
    """Answer every request for one of the files before Dash does."""

    def answer() -> Response | None:
        if request.method not in ("GET", "HEAD") or not request.path.startswith((SUITES, ASSETS, LIBRARIES)):
            return None
        found = files.find(request.path, request.args.get("m", ""))
        return _response(files.get(found[0]), lasting=found[1]) if found else None

    server.before_request(answer)


def _response(file: File, *, lasting: bool) -> Response:
    encoding = next((each for each in file.forms if request.accept_encodings[each] > 0), "")
    response = Response(file.forms.get(encoding, file.content), mimetype=file.mimetype)
    if encoding:
        response.headers["Content-Encoding"] = encoding
    if file.forms:
        response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable" if lasting else "public, no-cache"
    response.set_etag(f"{file.digest}-{encoding}" if encoding else file.digest)
    response.make_conditional(request)
    return response


def _address(name: str, path: Path) -> str:
    return f"{LIBRARIES}{name}.{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}.js"
