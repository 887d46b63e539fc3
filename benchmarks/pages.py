"""How long the most used pages take under the production server, on the demo's data.

    python benchmarks/pages.py [--requests 200] [--connections 4] [--workers 2] [--all]

Three processes: this one makes a scratch installation in a temporary folder and loads the
demo; the server is granian as the Procfile starts it, on a free port of 127.0.0.1; the
client is this file again, on http.client with kept connections and a bounded number of
requests. The time of an answer is taken by the client: from sending the request to having
read the last byte. Exit code 1 if a page's p95 is above the target.
"""

import argparse
import contextlib
import http.client
import json
import os
import queue
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET_MS = 150.0
WARM_UP = 10


def main() -> int:
    options = read_options()
    # Ended from outside, the server must not be left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.client:
        return run_client(json.load(sys.stdin))
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory(prefix="xunpin-bench-") as folder:
        environment = make_environment(Path(folder), options)
        prepare(environment)
        job = choose_pages(environment, everything=options.all)
        port = free_port()
        server = start_server(environment, port, options.workers)
        try:
            wait_for(port, server)
            job |= {
                "port": port,
                "requests": options.requests,
                "connections": options.connections,
                "as_json": options.json,
                "setting": f"{options.workers} workers, {options.connections} connections, "
                f"{options.requests} requests a page, {os.cpu_count()} cores",
            }
            command = [sys.executable, __file__, "--client"]
            return subprocess.run(command, input=json.dumps(job), text=True).returncode
        finally:
            end_server(server)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=200, help="measured requests a page")
    parser.add_argument("--connections", type=int, default=4, help="kept connections at once")
    parser.add_argument("--workers", type=int, default=2, help="processes of the server")
    parser.add_argument("--database-url", default="", help="empty: SQLite in the scratch folder")
    parser.add_argument("--all", action="store_true", help="the organiser's heavy pages too")
    parser.add_argument("--json", action="store_true", help="one JSON document, no table")
    parser.add_argument("--client", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


# ---------------------------------------------------------------------------- the installation


def make_environment(folder: Path, options: argparse.Namespace) -> dict[str, str]:
    """What the server is started with: everything in the scratch folder, nothing shared."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XUNPIN_")}
    given = {
        "XUNPIN_ENVIRONMENT": "development",
        "XUNPIN_DEMO": "true",
        "XUNPIN_DATA_DIR": str(folder),
        "XUNPIN_SECRET_KEY": secrets.token_hex(32),
        "XUNPIN_TICKET_KEYS": f"1:{secrets.token_hex(32)}",
    }
    if options.database_url:
        given["XUNPIN_DATABASE_URL"] = options.database_url
    return kept | given | {"PYTHONPATH": str(ROOT)}


def prepare(environment: dict[str, str]) -> None:
    """Make the tables and load the demo."""
    for arguments in (["db", "upgrade"], ["demo", "load"]):
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(environment: dict[str, str], port: int, workers: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", str(workers), "--blocking-threads", "16"]
    return subprocess.Popen(
        [*command, "--log-level", "warning", "wsgi:app"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # A group of its own: workers that do not follow their parent are ended with it.
        start_new_session=True,
    )


def end_server(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(timeout=5)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Until the health page answers, at most two minutes: a busy machine is slow to import."""
    for _ in range(1200):
        if server.poll() is not None:
            raise SystemExit("the server ended at once")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("the server did not answer")


# ---------------------------------------------------------------------------- which pages


def choose_pages(environment: dict[str, str], *, everything: bool) -> dict[str, object]:
    """Addresses that exist in the demo, and a session cookie for each role that opens them."""
    os.environ.update({k: v for k, v in environment.items() if k.startswith("XUNPIN_")})
    from app.factory import create_app

    app = create_app()
    with app.app_context():
        return {"pages": list_pages(app, everything)}


def list_pages(app, everything: bool) -> list[dict[str, str]]:
    from sqlalchemy import func, select

    from app.accounts.models import User
    from app.accounts.permissions import Role
    from app.core.db import db
    from app.intents.models import Intent
    from app.participations.models import Participation
    from app.registrations.models import Registration
    from app.registrations.states import RegistrationStatus
    from app.students.models import Student
    from app.tours.models import Fair

    # The fair with the most registrations is the one everybody looks at.
    fair = db.session.scalars(
        select(Fair)
        .join(Registration, Registration.fair_id == Fair.id)
        .where(Registration.status == RegistrationStatus.CONFIRMED)
        .group_by(Fair.id)
        .order_by(func.count().desc())
    ).first()
    busiest = db.session.scalars(
        select(Participation)
        .join(Intent, Intent.participation_id == Participation.id)
        .where(Participation.fair_id == fair.id)
        .group_by(Participation.id)
        .order_by(func.count().desc())
    ).first()
    registration, student = db.session.execute(
        select(Registration, User)
        .join(Student, Student.id == Registration.student_id)
        .join(User, User.id == Student.user_id)
        .where(Registration.fair_id == fair.id, Registration.status == RegistrationStatus.CONFIRMED)
        .order_by(Registration.id)
    ).first()
    staff = {user.email.partition("@")[0]: user for user in _users(db, select, User, Role.STAFF)}
    recruiter = _users(db, select, User, Role.RECRUITER)[0]
    slug, planner = fair.slug, staff["planner"]
    pages = [
        ("home", "/", None),
        ("tour", f"/tours/{fair.tour.slug}", None),
        ("fair", f"/fairs/{slug}", None),
        ("search positions", f"/fairs/{slug}?q=%E5%B7%A5%E7%A8%8B", None),
        ("employer at a fair", f"/fairs/{slug}/employers/{busiest.employer.slug}", None),
        ("floor plan", f"/fairs/{slug}/plan", None),
        ("ticket", f"/me/tickets/{registration.uid}", student),
        ("booth", f"/b/{busiest.public_code}", student),
        ("candidates", "/employer/candidates", recruiter),
        ("workspace", f"/staff/fairs/{slug}", planner),
    ]
    if everything:
        pages += [
            ("register", f"/fairs/{slug}/register", None),
            ("applications", f"/staff/fairs/{slug}/review", planner),
            ("fairs", "/staff/fairs", planner),
            ("live board", f"/fairs/{slug}/board", planner),
            ("board, the part", f"/fairs/{slug}/board/now", planner),
            ("figures of a fair", f"/staff/fairs/{slug}/result", planner),
            ("yearly report", "/staff/report", planner),
        ]
    return [
        {"name": name, "path": path, "cookie": session_cookie(app, user) if user else ""}
        for name, path, user in pages
    ]


def _users(db, select, model, role):
    return list(db.session.scalars(select(model).filter_by(role=role).order_by(model.id)))


def session_cookie(app, user) -> str:
    """What the browser of somebody who signed in sends."""
    signer = app.session_interface.get_signing_serializer(app)
    value = signer.dumps({"_user_id": user.get_id(), "_fresh": True})
    return f"{app.config['SESSION_COOKIE_NAME']}={value}"


# ---------------------------------------------------------------------------- the client


def run_client(job: dict) -> int:
    """Ask for every page, one after the other, and say how long it took."""
    results = []
    if not job["as_json"]:
        print(f"{job['setting']}; target: p95 < {TARGET_MS:.0f} ms")
        print(f"{'page':<20}{'p50 ms':>9}{'p95 ms':>9}{'per s':>9}{'kB':>8}   path", flush=True)
    for page in job["pages"]:
        results.append(measure(job, page))
        if not job["as_json"]:
            print_row(results[-1])
    if job["as_json"]:
        print(json.dumps({"setting": job["setting"], "pages": results}, indent=2))
    return int(any(row["p95_ms"] > TARGET_MS or row["faults"] for row in results))


def measure(job: dict, page: dict) -> dict:
    tickets: queue.SimpleQueue[bool] = queue.SimpleQueue()
    for number in range(WARM_UP + job["requests"]):
        tickets.put(number >= WARM_UP)
    times: list[float] = []
    faults: list[str] = []
    size = [0]

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", job["port"], timeout=30)
        headers = {"Accept": "text/html", "Accept-Language": "zh-CN", "Cookie": page["cookie"]}
        while True:
            try:
                counts = tickets.get_nowait()
            except queue.Empty:
                return connection.close()
            began = time.perf_counter()
            connection.request("GET", page["path"], headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            took = (time.perf_counter() - began) * 1000
            if answer.status != 200:
                faults.append(f"{answer.status} {answer.getheader('Location') or ''}".strip())
            elif counts:
                times.append(took)
                size[0] = len(body)

    threads = [threading.Thread(target=ask) for _ in range(job["connections"])]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    cuts = statistics.quantiles(times, n=100) if len(times) > 1 else [0.0] * 99
    return {
        "page": page["name"],
        "path": page["path"],
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
        "a_second": round(len(times) / seconds, 1),
        "kb": round(size[0] / 1000, 1),
        "faults": sorted(set(faults)),
    }


def print_row(row: dict) -> None:
    verdict = "" if row["p95_ms"] <= TARGET_MS and not row["faults"] else "  <-- "
    print(
        f"{row['page']:<20}{row['p50_ms']:>9}{row['p95_ms']:>9}{row['a_second']:>9}"
        f"{row['kb']:>8}   {row['path']}{verdict}{', '.join(row['faults'])}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
