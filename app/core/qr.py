"""QR codes: PNG for a phone's long press, path data for print and screens.

The mask is fixed: choosing among eight costs eight times the work, and readers find our
short addresses under any of them.
"""

import struct
import zlib

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

MASK = 2
QUIET = 4


class PathData(str):
    """The ``d`` of an SVG path, drawn in squares of 1 on a field of ``size`` × ``size``."""

    size: int


def _matrix(text: str) -> list[list[bool]]:
    """The modules without the quiet zone, True for dark; error correction M (15 %)."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.modules]


def qr_svg(text: str) -> PathData:
    """The code as path data; its ``size`` (quiet zone included) is the viewBox's side."""
    rows = _matrix(text)
    parts = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run]:
                run += 1
            if run > x:
                parts.append(f"M{x + QUIET} {y + QUIET}h{run - x}v1H{x + QUIET}z")
            x = run + 1
    path = PathData("".join(parts))
    path.size = len(rows) + 2 * QUIET
    return path


def qr_png(text: str, box: int = 8) -> bytes:
    """The code as a black and white PNG with a quiet zone of four modules.

    One bit a pixel, so a ticket is about a kilobyte; ``box`` is the side of a module.
    """
    rows = _matrix(text)
    side = (len(rows) + 2 * QUIET) * box
    blank = b"\x00" + b"\xff" * -(-side // 8)
    lines = [blank * (QUIET * box)]
    for row in rows:
        padded = [False] * QUIET + row + [False] * QUIET
        bits = "".join(("0" if dark else "1") * box for dark in padded)
        bits += "1" * (-len(bits) % 8)
        packed = int(bits, 2).to_bytes(len(bits) // 8)
        lines.append((b"\x00" + packed) * box)
    lines.append(blank * (QUIET * box))
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"".join(lines), 6))
    return b"\x89PNG\r\n\x1a\n" + body + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)
