"""``python -m app.demo.run``: the whole product on one machine, with a sample world."""

import argparse
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from app.demo.logins import logins_table

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "var" / "demo"


def secrets_of(folder: Path) -> dict[str, str]:
    """Secrets of this demo, made once and kept beside its database."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for name, made in (
        ("XUNPIN_SECRET_KEY", secrets.token_urlsafe(48)),
        ("XUNPIN_TICKET_KEYS", f"1:{secrets.token_urlsafe(48)}"),
    ):
        path = folder / name.lower()
        if not path.exists():
            path.write_text(made, "utf-8")
            path.chmod(0o600)
        found[name] = path.read_text("utf-8").strip()
    return found


def environment(port: int) -> dict[str, str]:
    """What the demo's processes are started with; what is already set wins."""
    usual = {
        "XUNPIN_ENVIRONMENT": "development",
        "XUNPIN_DEMO": "true",
        "XUNPIN_DATA_DIR": str(FOLDER),
        "XUNPIN_PUBLIC_URL": f"http://localhost:{port}",
        "PYTHONUNBUFFERED": "1",
        "FLASK_APP": "wsgi",
        **secrets_of(FOLDER),
    }
    return {**usual, **os.environ}


def flask(*arguments: str, env: dict[str, str]) -> None:
    """Run one ``flask`` command and stop with it if it fails."""
    done = subprocess.run([sys.executable, "-m", "flask", *arguments], cwd=ROOT, env=env)
    if done.returncode:
        sys.exit(done.returncode)


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def wait_until_up(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait for ``/healthz``; stop if the server ends first."""
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"The server did not answer; {FOLDER / 'server.log'} says why.")


def start(command: list[str], log: Path, env: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a process whose words go to a file: the terminal keeps the table of logins."""
    with log.open("ab") as stream:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def end_group(child: subprocess.Popen[bytes]) -> None:
    """Wait for a child to end; whatever of its group is left after five seconds is killed."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(timeout=5)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def main() -> None:
    """Migrate, load the sample world once, start server and worker, end them together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    port = parser.parse_args().port
    if not is_free(port):
        sys.exit(f"Port {port} is in use. Try: make demo PORT={port + 1}")
    env = environment(port)
    # A group of its own for each child, so that Ctrl-C reaches them through us, once.
    granian = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "2",
        "--blocking-threads",
        "16",
        "--respawn-failed-workers",
        "--no-log",
        "wsgi:app",
    ]
    worker = [sys.executable, "-m", "flask", "jobs", "work"]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # The server needs its seconds to start and no database for it: meanwhile the world is made.
    children = [start(granian, FOLDER / "server.log", env)]
    try:
        flask("demo", "prepare", env=env)
        children.append(start(worker, FOLDER / "worker.log", env))
        wait_until_up(port, children[0])
        print(logins_table(port), flush=True)
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    finally:
        for child in children:
            if child.poll() is None:
                child.terminate()
        for child in children:
            end_group(child)
    print("\nThe demo has ended. Its data stays in var/demo: delete that folder for a fresh world.")


if __name__ == "__main__":
    main()
