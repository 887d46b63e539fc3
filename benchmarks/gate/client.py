"""The phones: a process of its own that sends prepared scans on kept connections.

One thread on epoll and bare sockets, every request built before the clock starts and every
answer read after it has stopped, so that the client is not what is measured. Reads one job as
JSON from standard input, writes one JSON document:

    job     {"port", "connections", "token", "seq", "size" of a call in scans,
             "tickets": [hex, …], "gate", "rate" in calls a second (0: as fast as answered)}
    answer  {"seconds", "ms": [time of each answer], "cpu_seconds", "codes": {code: n},
             "faults": {what: n}, "acknowledged": [scan ids]}
"""

import json
import select
import socket
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from uuid import UUID, uuid4

import orjson

READ_AT_ONCE = 262_144
GIVE_UP_AFTER = 60.0


def main() -> None:
    job = json.load(sys.stdin)
    asked = build(job)
    answers, times, seconds, cpu = send(
        job["port"], job["connections"], [raw for _, raw in asked], job["rate"]
    )
    said = judge([ids for ids, _ in asked], answers)
    print(json.dumps({"seconds": seconds, "ms": times, "cpu_seconds": cpu, **said}))


def new_id() -> str:
    """A UUIDv7, as phones mint them."""
    bits = uuid4().int & ((1 << 80) - 1) | time.time_ns() // 1_000_000 << 80
    return str(UUID(int=bits & ~(0xF << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62))


def build(job: dict) -> list[tuple[list[str], bytes]]:
    """Requests ready to send, with the ids they carry."""
    at = datetime.now(UTC).isoformat()
    size = job["size"]
    asked = []
    for begin in range(0, len(job["tickets"]), size):
        scans = [
            {
                "id": new_id(),
                "seq": job["seq"] + begin + index,
                "gate": job["gate"],
                "ticket": ticket,
                "direction": "in",
                "scanned_at": at,
                "device_time": at,
                "offset_ms": 0,
                "roster_version": None,
                "shown": None,
            }
            for index, ticket in enumerate(job["tickets"][begin : begin + size])
        ]
        body = orjson.dumps({"epoch": None, "queued": len(scans), "scans": scans})
        head = (
            f"POST /api/v1/scans HTTP/1.1\r\nHost: 127.0.0.1:{job['port']}\r\n"
            f"Authorization: Bearer {job['token']}\r\nContent-Type: application/json\r\n"
            f"Accept: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        asked.append(([scan["id"] for scan in scans], head.encode() + body))
    return asked


class Phone:
    """One kept connection with at most one request on its way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=GIVE_UP_AFTER)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = -1
        self.began = 0.0
        self.read = b""
        self.wanted = 0

    def ask(self, number: int, raw: bytes, due: float = 0.0) -> None:
        """Send a call; its time counts from when it was due, if it was earlier than now."""
        self.number, self.read, self.wanted = number, b"", 0
        self.began = due or time.perf_counter()
        self.socket.sendall(raw)

    def is_answered(self) -> bool:
        """Read what has come; whether the answer is whole."""
        part = self.socket.recv(READ_AT_ONCE)
        if not part:
            raise SystemExit("the server closed a connection")
        self.read = self.read + part if self.read else part
        if not self.wanted:
            end = self.read.find(b"\r\n\r\n")
            if end < 0:
                return False
            self.wanted = end + 4 + length_in(self.read[:end])
        return len(self.read) >= self.wanted


def length_in(head: bytes) -> int:
    lowered = head.lower()
    begin = lowered.find(b"\r\ncontent-length:")
    if begin < 0:
        raise SystemExit(f"an answer without a length: {head!r}")
    return int(lowered[begin + 17 :].split(b"\r\n", 1)[0])


def send(
    port: int, connections: int, asked: list[bytes], rate: float = 0.0
) -> tuple[list[bytes], list, float, float]:
    """Send everything, and time the answers.

    With no ``rate`` each connection sends its next when the last is answered. With one, calls
    fall due at even intervals whatever the answers do, as people come to a gate; one that finds
    no connection free waits, and its time counts from when it was due.
    """
    answers, times = [b""] * len(asked), [0.0] * len(asked)
    phones = [Phone(port) for _ in range(min(connections, len(asked)))]
    poll = select.epoll()
    by_socket = {phone.socket.fileno(): phone for phone in phones}
    for number in by_socket:
        poll.register(number, select.EPOLLIN)
    clock, waiting, sent, free = time.perf_counter, len(asked), 0, phones[::-1]
    cpu, began = time.process_time(), clock()
    while waiting:
        while free and sent < len(asked):
            due = began + sent / rate if rate else 0.0
            if due > clock():
                break
            free.pop().ask(sent, asked[sent], due)
            sent += 1
        is_early = bool(rate and free and sent < len(asked))
        pause = max(0.0, began + sent / rate - clock()) if is_early else GIVE_UP_AFTER
        ready = poll.poll(pause)
        if not ready and not is_early:
            raise SystemExit(f"{waiting} answers did not come within {GIVE_UP_AFTER:.0f} s")
        for number, _ in ready:
            phone = by_socket[number]
            if not phone.is_answered():
                continue
            times[phone.number] = round((clock() - phone.began) * 1000, 3)
            answers[phone.number] = phone.read
            waiting -= 1
            free.append(phone)
    seconds, cpu = clock() - began, time.process_time() - cpu
    for phone in phones:
        phone.socket.close()
    return answers, times, seconds, cpu


def judge(asked: list[list[str]], answers: list[bytes]) -> dict:
    """What was acknowledged: an id that came back in a 200, by its own name."""
    codes: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    acknowledged = []
    for ids, answer in zip(asked, answers, strict=True):
        head, _, body = answer.partition(b"\r\n\r\n")
        status = head.split(None, 2)[1].decode()
        if status != "200":
            faults[f"{status} {body[:200].decode(errors='replace')}"] += len(ids)
            continue
        results = orjson.loads(body)["results"]
        if [result["id"] for result in results] != ids:
            faults["answered by other ids"] += len(ids)
            continue
        for result in results:
            codes[f"{result['stored']} {result['answer']['code']}"] += 1
            acknowledged.append(result["id"])
    return {"codes": codes, "faults": faults, "acknowledged": acknowledged}


if __name__ == "__main__":
    main()
