"""Addresses of static files that change when the file changes."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, url_for


@lru_cache(maxsize=512)
def _digest(path: Path, _mtime: float) -> str:
    return sha256(path.read_bytes()).hexdigest()[:12]


def init_app(app: Flask) -> None:
    """Give the templates ``asset('css/theme.css')``."""
    root = Path(app.static_folder or "")

    def asset(name: str) -> str:
        path = root / name
        version = _digest(path, path.stat().st_mtime) if path.is_file() else "0"
        return url_for("static", filename=name, v=version)

    app.jinja_env.globals["asset"] = asset
