"""The production server under our hands: start it, know its processes, kill, freeze, revive it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from tests.databases import TEST_SECRET, TEST_TICKET_KEYS

ROOT = Path(__file__).parents[2]
pause = Event().wait


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children_of(pid):
    """The direct children of a process, oldest first."""
    try:
        tasks = Path(f"/proc/{pid}/task")
        return [int(n) for task in tasks.iterdir() for n in (task / "children").read_text().split()]
    except OSError:
        return []


def is_alive(pid):
    """Whether a process still runs: one that only waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Server:
    """granian with two workers, restarted whenever it ends, as systemd would do it.

    ``target`` may name a broken one. ``environment`` wins over what is set here (e.g.
    ``XUNPIN_CLOCK_OFFSET``).
    """

    def __init__(self, folder, url, *, workers=2, target="wsgi:app", **environment):
        self.folder, self.workers, self.target = folder, workers, target
        self.port = free_port()
        self.log = folder / f"server-{self.port}.log"
        self.restarts = 0
        self.environment = {
            **os.environ,
            "XUNPIN_ENVIRONMENT": "development",
            "XUNPIN_SECRET_KEY": TEST_SECRET,
            "XUNPIN_TICKET_KEYS": ",".join(f"{k}:{v}" for k, v in TEST_TICKET_KEYS.items()),
            "XUNPIN_DATABASE_URL": url,
            "XUNPIN_DATA_DIR": str(folder),
            "XUNPIN_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "FLASK_APP": "wsgi",
            **environment,
        }
        self._child = self._supervisor = None
        self._stopping = Event()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self._stopping.clear()
        self._spawn()
        self._supervisor = Thread(target=self._supervise, daemon=True)
        self._supervisor.start()
        self.wait_until_up()
        return self

    def _spawn(self):
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--workers", str(self.workers)]
        command += ["--blocking-threads", "4", "--respawn-failed-workers"]
        command += ["--respawn-interval", "0.5", self.target]
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _supervise(self):
        while True:
            self._child.wait()
            # What systemd does when the main process ends: the rest of the service goes too.
            self._kill_group()
            if self._stopping.is_set():
                return
            self.restarts += 1
            self._spawn()

    def _kill_group(self):
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)

    @property
    def main(self):
        """The pid of granian's main process."""
        return self._child.pid

    def pids(self):
        """The main process and its workers."""
        return [self.main, *children_of(self.main)]

    def wait_until_up(self, seconds=180):
        """Wait for an answer of any kind; return the seconds it took."""
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1):
                    return time.monotonic() - started
            except urllib.error.HTTPError:
                return time.monotonic() - started
            except OSError:
                pause(0.02)
        raise RuntimeError(self.log.read_text()[-3000:])

    def open_page(self, path="/"):
        """A page as a browser gets it: status, headers, text."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}{path}", timeout=30
            ) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def stop(self):
        self._stopping.set()
        if self._child.poll() is None:
            self._child.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(timeout=5)
        self._kill_group()
        self._supervisor.join(timeout=10)

    def flask(self, *arguments):
        """Run one ``flask`` command in this server's environment; return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout
