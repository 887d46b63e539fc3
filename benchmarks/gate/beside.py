"""What an organiser does meanwhile: takes the table of everybody, and looks at the live board.

A process of its own. Reads one job as JSON from standard input, says ``ready`` when the first
table is asked for, goes on until a line comes, and writes one JSON document:

    job     {"port", "cookie", "slug", "screens", "every" seconds}
    answer  {"tables": how many came whole, "bytes" of the last, "seconds": [time of each],
             "boards", "faults": {what: n}}
"""

import http.client
import json
import re
import sys
import time
from collections import Counter
from threading import Event, Thread
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def main() -> None:
    job = json.loads(sys.stdin.readline())
    over, begun = Event(), Event()
    told: dict = {"tables": 0, "bytes": 0, "seconds": [], "boards": 0, "faults": Counter()}
    threads = [Thread(target=take_tables, args=(job, told, over, begun))]
    threads += [Thread(target=watch, args=(job, told, over)) for _ in range(job["screens"])]
    for thread in threads:
        thread.start()
    begun.wait(60)
    print("ready", flush=True)
    sys.stdin.readline()
    over.set()
    for thread in threads:
        thread.join()
    print(json.dumps(told))


def ask(job: dict, method: str, path: str, body: str = "", **headers: str) -> tuple:
    """One request on a connection of its own: status, tag, body, the cookie it set."""
    connection = http.client.HTTPConnection("127.0.0.1", job["port"], timeout=300)
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(method, path, body or None, {"Cookie": job["cookie"]} | headers)
    answer = connection.getresponse()
    found = answer.read()
    connection.close()
    cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
    return answer.status, answer.getheader("ETag"), found, cookie


def take_tables(job: dict, told: dict, over: Event, begun: Event) -> None:
    """One table after the other, each read to its end; a new one is not begun at the end."""
    path = f"/staff/fairs/{job['slug']}/registrations"
    status, _, page, cookie = ask(job, "GET", path)
    form = TOKEN.search(page.decode())
    if status != 200 or form is None:
        told["faults"][f"list {status}"] += 1
        begun.set()
        return
    own = job | {"cookie": cookie or job["cookie"]}
    while not over.is_set():
        begun.set()
        at = time.perf_counter()
        fields = urlencode({"csrf_token": form[1], "as": "xlsx"})
        status, _, table, _ = ask(own, "POST", f"{path}/export", fields)
        if status != 200:
            told["faults"][f"table {status}"] += 1
            over.wait(1)
            continue
        told["tables"] += 1
        told["bytes"] = len(table)
        told["seconds"].append(round(time.perf_counter() - at, 2))


def watch(job: dict, told: dict, over: Event) -> None:
    """A screen: asks for what changed as often as the page does."""
    tag = None
    while not over.is_set():
        headers = {"If-None-Match": tag} if tag else {}
        status, tag, _, _ = ask(job, "GET", f"/fairs/{job['slug']}/board/now", **headers)
        if status in (200, 304):
            told["boards"] += 1
        else:
            told["faults"][f"board {status}"] += 1
        over.wait(job["every"])


if __name__ == "__main__":
    main()
