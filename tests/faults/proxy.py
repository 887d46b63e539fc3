"""A small HTTP proxy that breaks what passes it, on purpose and countably.

It stands between phones and server and does to a share of the requests what bad networks do:

``drop_req``    the request never arrives
``cut_after``   the server has answered, so it has committed; the answer never arrives
``dup``         the request arrives twice at the same moment
``half``        the answer ends in the middle, every other time with a length that fits
``slow``        the answer comes in drops, every other time too late for the phone
``reorder``     the connection breaks; the request arrives later, after the phone's retry
``portal``      a captive portal answers in the server's place

Which requests are hit is drawn from a seeded generator, one draw a request in the order they
arrive. ``counts`` holds how many were passed on untouched (``pass``) and how many were hit.
"""

import asyncio
import json
import random
from collections import Counter
from contextlib import suppress
from threading import Thread

MODES = ("drop_req", "cut_after", "dup", "half", "slow", "reorder", "portal")


def plain(status, body=b"", kind="text/html", extra=""):
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}"
    return head.encode() + b"Connection: close\r\n\r\n" + body


# What a hotel, a campus and a mobile network say to whoever has not signed in yet.
PORTAL_ANSWERS = (
    plain("200 OK", b"<html><body>Welcome to CAMPUS-WLAN, please sign in</body></html>"),
    plain("302 Found", extra="Location: http://portal.example/login\r\n"),
    plain("204 No Content"),
    plain("511 Network Authentication Required", b"<html>sign in</html>"),
    plain("200 OK", b"{}", "application/json"),
    plain("200 OK", b'{"results": [], "epoch": null}', "application/json"),
    plain("200 OK", b"", "application/json"),
)


class FaultProxy:
    """Listens on ``port``; give ``modes`` and the ``share`` of requests to hit, also while it runs.

    With several modes each hit draws one of them. ``offline`` refuses everything.
    """

    def __init__(self, target, *, modes=(), share=0.5, seed=1, delay=0.6, echoes=False):
        self.target, self.modes, self.share, self.delay = target, tuple(modes), share, delay
        self.echoes = echoes
        self.counts = Counter()
        self.port = None
        self._random = random.Random(seed)
        self._turns = Counter()
        self._held = []
        # The loop holds its tasks weakly, and one that waits for the server would be collected.
        self._tasks = set()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def injected(self):
        """How many requests were hit so far."""
        return sum(self.counts[mode] for mode in MODES)

    def heal(self):
        """From now on pass everything on; requests still held back arrive at the server now."""
        self.modes = ()
        asyncio.run_coroutine_threadsafe(self._release_all(), self._loop).result(60)

    # -- inside the loop ------------------------------------------------------------

    async def _listen(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self):
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=5)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        # Connections that were told to close do so in the loop's next rounds.
        await asyncio.sleep(0.1)

    def _keep(self, task):
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader, writer):
        self._keep(asyncio.current_task())
        # A phone that goes away, or a server that is down, is what this proxy is made for.
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                while True:
                    request = await read_request(reader)
                    if not await self._pass_on(request, writer):
                        break
        finally:
            writer.close()

    async def _pass_on(self, request, writer):
        """Treat one request; return whether the phone's connection stays open."""
        mode = self._draw()
        self.counts[mode] += 1
        self._turns[mode] += 1
        return await getattr(self, f"_{mode}")(request, writer)

    def _draw(self):
        hit = self._random.random() < self.share
        return self._random.choice(self.modes) if self.modes and hit else "pass"

    async def _ask(self, request):
        """Send a request to the server, return its whole answer as bytes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            writer.write(request)
            await writer.drain()
            answer = await reader.read()
            if not answer:
                raise ConnectionResetError("no answer")
            return answer
        finally:
            writer.close()

    async def _pass(self, request, writer):
        writer.write(await self._ask(request))
        await writer.drain()
        return False

    async def _drop_req(self, _request, _writer):
        return False

    async def _cut_after(self, request, _writer):
        await self._ask(request)
        return False

    async def _dup(self, request, writer):
        one, two = await asyncio.gather(self._ask(request), self._ask(request))
        writer.write(one if self._turns["dup"] % 2 else two)
        await writer.drain()
        return False

    async def _half(self, request, writer):
        answer = await self._ask(request)
        head, _, body = answer.partition(b"\r\n\r\n")
        body = body[: len(body) // 2]
        if self._turns["half"] % 2:
            lines = [line for line in head.split(b"\r\n") if not framing(line)]
            head = b"\r\n".join([*lines, b"Content-Length: %d" % len(body)])
        writer.write(head + b"\r\n\r\n" + body)
        await writer.drain()
        return False

    async def _slow(self, request, writer):
        answer = await self._ask(request)
        late = self._turns["slow"] % 2
        pieces = 8
        size = -(-len(answer) // pieces)
        for start in range(0, len(answer), size):
            await asyncio.sleep(self.delay * (1.5 if late else 0.2) / pieces)
            writer.write(answer[start : start + size])
            await writer.drain()
        return False

    async def _reorder(self, request, _writer):
        self._held.append(request)
        if len(self._held) > 4:
            self._random.shuffle(self._held)
            self._keep(asyncio.create_task(self._deliver(self._held.pop())))
        return False

    async def _deliver(self, request):
        await asyncio.sleep(self.delay * self._random.random())
        with suppress(OSError):
            await self._ask(request)

    async def _release_all(self):
        held, self._held = self._held, []
        await asyncio.gather(*(self._deliver(request) for request in held))

    async def _portal(self, request, writer):
        turn = self._turns["portal"]
        answer = PORTAL_ANSWERS[turn % len(PORTAL_ANSWERS)]
        if self.echoes:
            answer = echo(request)
        writer.write(answer)
        await writer.drain()
        return False


async def read_request(reader):
    """One whole request, told to close the connection to the server afterwards."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head[:-4].split(b"\r\n")
    length = next((int(line.split(b":")[1]) for line in lines if framing(line)), 0)
    body = await reader.readexactly(length)
    kept = [line for line in lines if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*kept, b"Connection: close", b"", b""]) + body


def framing(line):
    return line.lower().startswith((b"content-length:", b"transfer-encoding:"))


def echo(request):
    """An evil portal: what was sent comes back, as JSON, with the ids, but not from a server."""
    try:
        sent = json.loads(request.partition(b"\r\n\r\n")[2])
    except ValueError:
        sent = {}
    results = [
        {"id": scan["id"], "stored": "new", "answer": {"code": "admitted"}}
        for scan in sent.get("scans", [])
    ]
    return plain("200 OK", json.dumps({"results": results}).encode(), "application/json")
