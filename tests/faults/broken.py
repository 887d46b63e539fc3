"""Servers that make the tempting mistakes: what the fault tests are there to catch.

Both stand around the real application and change only ``POST /api/v1/scans``.
"""

import io
import json
from threading import Lock, Timer

from wsgi import app as honest

DELAY = 0.4


def read_body(environ):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return body, {**environ, "wsgi.input": io.BytesIO(body)}


def is_scan(environ):
    return (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == ("POST", "/api/v1/scans")


def hasty(environ, start_response):
    """Answer at once and store a little later, as a queue in memory would."""
    if not is_scan(environ):
        return honest(environ, start_response)
    body, again = read_body(environ)
    Timer(DELAY, lambda: list(honest(again, lambda *_: None))).start()
    results = [
        {"id": scan["id"], "stored": "new", "answer": {"code": "admitted"}}
        for scan in json.loads(body)["scans"]
    ]
    answer = {"epoch": None, "server_time": "2026-01-01T00:00:00+00:00", "results": results}
    headers = [("Content-Type", "application/json"), ("X-Xunpin-Scan", "1")]
    start_response("200 OK", headers)
    return [json.dumps(answer).encode()]


_lock, _seen = Lock(), set()


def locking(environ, start_response):
    """Store rightly, but say green by what this process has seen, under a lock of its own."""
    if not is_scan(environ):
        return honest(environ, start_response)
    body, again = read_body(environ)
    said = []
    answer = json.loads(b"".join(honest(again, lambda *given: said.extend(given))))
    for scan, result in zip(json.loads(body)["scans"], answer["results"], strict=True):
        with _lock:
            first = scan["ticket"] not in _seen
            _seen.add(scan["ticket"])
        result["answer"]["code"] = "admitted" if first else "already_admitted"
    status, headers = said[:2]
    start_response(status, [pair for pair in headers if pair[0].lower() != "content-length"])
    return [json.dumps(answer).encode()]
