"""A PostgreSQL of our own that may be killed: never the one other tests use."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Event

import psycopg

from tests.faults.server import children_of, free_port, is_alive

pause = Event().wait


def find_programs():
    """The folder of PostgreSQL's server programs, or None."""
    beside = shutil.which("initdb")
    if beside:
        return Path(beside).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    return found[-1].parent if found else None


def _version(path):
    return int(path.parts[4]) if path.parts[4].isdigit() else 0


def why_not():
    """Why there can be no cluster of our own here, or None."""
    if find_programs() is None:
        return "PostgreSQL's server programs (initdb) are not installed"
    if os.geteuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            return "initdb refuses root, and there is no user postgres"
    return None


class Cluster:
    """One server with its own data folder and port. ``options`` are its settings."""

    def __init__(self, folder=None, **options):
        self.folder = Path(folder or tempfile.mkdtemp(prefix="xunpin-pg-"))
        self.port = free_port()
        self.options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 120,
            "shared_buffers": "32MB",
        } | options
        self.programs = find_programs()
        self._child = None
        self._user = "postgres" if os.geteuid() == 0 else None
        self._name = self._user or pwd.getpwuid(os.geteuid()).pw_name

    @property
    def data(self):
        return self.folder / "data"

    def create(self):
        if self._user:
            self.folder.chmod(0o755)
            shutil.chown(self.folder, self._user)
        self._run(
            "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"
        )

    def start(self):
        settings = [part for k, v in self.options.items() for part in ("-c", f"{k}={v}")]
        with (self.folder / "log").open("ab") as log:
            self._child = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, *settings],
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                **self._as_user(),
            )
        for _ in range(600):
            with suppress(psycopg.OperationalError):
                self.connect("postgres").close()
                return self
            if self._child.poll() is not None:
                break
            pause(0.05)
        raise RuntimeError((self.folder / "log").read_text()[-3000:])

    def connect(self, database):
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname=database, autocommit=True
        )

    def kill(self):
        """kill -9 the postmaster and all its children; return once every one is gone."""
        pids = [self._child.pid, *children_of(self._child.pid)]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._child.wait(timeout=10)
        while any(is_alive(pid) for pid in pids):
            pause(0.01)

    def signal(self, number):
        """Freeze or thaw the whole server."""
        for pid in [self._child.pid, *children_of(self._child.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def stop(self):
        if self._child and self._child.poll() is None:
            self._child.send_signal(signal.SIGINT)  # fast shutdown
            try:
                self._child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.kill()

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def make_database(self, name):
        """An empty database; return its URL."""
        with self.connect("postgres") as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def _as_user(self):
        if not self._user:
            return {}
        return {"user": self._user, "group": self._user, "extra_groups": []}

    def _run(self, program, *arguments):
        done = subprocess.run(
            [self.programs / program, *arguments],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            **self._as_user(),
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
