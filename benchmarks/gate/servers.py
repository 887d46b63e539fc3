"""Starting what is measured: granian as the Procfile says, on free ports of 127.0.0.1."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Setting:
    """How many processes and threads the server has."""

    workers: int
    threads: int

    @classmethod
    def of_procfile(cls) -> "Setting":
        """What production is started with."""
        line = (ROOT / "Procfile").read_text("utf-8")
        found = {
            name: int(re.search(rf"--{name} (\d+)", line)[1])
            for name in ("workers", "blocking-threads")
        }
        return cls(found["workers"], found["blocking-threads"])


@dataclass(frozen=True)
class Server:
    """A running server and its port."""

    name: str
    child: subprocess.Popen[bytes]
    port: int

    def cpu_seconds(self) -> float:
        """What its processes have used until now (Linux; elsewhere 0)."""
        return sum(_ticks(pid) for pid in _group(self.child.pid)) / TICK

    def end(self) -> None:
        self.child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.child.wait(timeout=5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()


def start(name: str, app: str, given: dict[str, str], setting: Setting, log: Path) -> Server:
    """Start one application and wait until it answers."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", str(setting.workers), "--log-level", "warning"]
    command += ["--blocking-threads", str(setting.threads), app]
    with log.open("ab") as stream:
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(given),
            stdout=stream,
            stderr=stream,
            # A group of its own: workers that do not follow their parent are ended with it.
            start_new_session=True,
        )
    server = Server(name, child, port)
    try:
        wait_for(server)
    except BaseException:
        server.end()
        print(log.read_text("utf-8", errors="replace")[-2000:], file=sys.stderr)
        raise
    return server


def environment(given: dict[str, str]) -> dict[str, str]:
    """This process's surroundings without settings of another installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XUNPIN_")}
    return kept | given | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'benchmarks'}"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(server: Server) -> None:
    """Until the health page answers, at most two minutes: a busy machine is slow to import."""
    for _ in range(1200):
        if server.child.poll() is not None:
            raise SystemExit(f"{server.name}: the server ended at once")
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status in (200, 503):
                return
        time.sleep(0.1)
    raise SystemExit(f"{server.name}: the server did not answer")


def _group(leader: int) -> list[int]:
    """The processes of a group."""
    found = []
    for folder in Path("/proc").glob("[0-9]*") if Path("/proc/self/stat").exists() else ():
        with contextlib.suppress(OSError, IndexError):
            if int(_fields(int(folder.name))[2]) == leader:
                found.append(int(folder.name))
    return found


def _ticks(pid: int) -> int:
    with contextlib.suppress(OSError, IndexError):
        fields = _fields(pid)
        return int(fields[11]) + int(fields[12])
    return 0


def _fields(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the name, from the state on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
