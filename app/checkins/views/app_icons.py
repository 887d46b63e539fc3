"""The scanner's sign for a home screen: a viewfinder with a tick, drawn from numbers."""

import struct
import zlib
from functools import lru_cache

SIZES = (192, 512)
GROUND, FRAME, TICK = (18, 48, 111), (255, 255, 255), (255, 177, 115)
# Everything stands within the middle 80 %, which a phone's mask leaves whole.
CORNERS = ((0.24, 0.24, 1, 1), (0.76, 0.24, -1, 1), (0.24, 0.76, 1, -1), (0.76, 0.76, -1, -1))
ARM, WIDTH = 0.15, 0.024
STROKES = tuple(
    line
    for x, y, across, down in CORNERS
    for line in (((x, y), (x + across * ARM, y)), ((x, y), (x, y + down * ARM)))
)
MARK = (((0.38, 0.51), (0.47, 0.60)), ((0.47, 0.60), (0.63, 0.41)))
MARK_WIDTH = 0.034

Point = tuple[float, float]


@lru_cache(maxsize=len(SIZES))
def draw(size: int) -> bytes:
    """The sign as a PNG of ``size`` × ``size`` pixels, its edges smooth."""
    picture = bytearray(GROUND * (size * size))
    for line in STROKES:
        _stroke(picture, size, line, WIDTH, FRAME)
    for line in MARK:
        _stroke(picture, size, line, MARK_WIDTH, TICK)
    row = size * 3
    raw = b"".join(b"\x00" + picture[at : at + row] for at in range(0, len(picture), row))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _stroke(
    picture: bytearray,
    size: int,
    line: tuple[Point, Point],
    width: float,
    colour: tuple[int, int, int],
) -> None:
    """Lay a line with round ends over the picture; its rim is mixed with what lies below."""
    (ax, ay), (bx, by) = ((x * size, y * size) for x, y in line)
    reach = width * size
    length = (bx - ax) ** 2 + (by - ay) ** 2
    for y in range(int(min(ay, by) - reach) - 1, int(max(ay, by) + reach) + 2):
        for x in range(int(min(ax, bx) - reach) - 1, int(max(ax, bx) + reach) + 2):
            px, py = x + 0.5, y + 0.5
            along = min(1, max(0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length))
            away = ((px - ax - along * (bx - ax)) ** 2 + (py - ay - along * (by - ay)) ** 2) ** 0.5
            cover = min(1.0, max(0.0, reach - away + 0.5))
            at = (y * size + x) * 3
            for part in range(3) if cover else ():
                picture[at + part] += round((colour[part] - picture[at + part]) * cover)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
