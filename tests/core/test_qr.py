import struct
import zlib

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.qr import QUIET, qr_png, qr_svg

ADDRESS = "https://xunpin.example/t/4S432XAT17FRT6YTGHZC6029E0D5"


def pixels(png):
    """The rows of a 1-bit greyscale PNG, True for white."""
    width, height = struct.unpack(">II", png[16:24])
    start = png.index(b"IDAT")
    (size,) = struct.unpack(">I", png[start - 4 : start])
    raw = zlib.decompress(png[start + 4 : start + 4 + size])
    stride = -(-width // 8) + 1
    rows = [raw[i * stride + 1 : (i + 1) * stride] for i in range(height)]
    return [[bool(row[x // 8] >> (7 - x % 8) & 1) for x in range(width)] for row in rows]


def test_the_png_has_a_white_frame_of_four_modules_and_a_finder_in_each_of_three_corners():
    rows = pixels(qr_png(ADDRESS, box=1))
    side = len(rows)
    assert all(all(row) for row in rows[:QUIET] + rows[-QUIET:])
    assert all(all(row[:QUIET] + row[-QUIET:]) for row in rows)
    for top, left in ((QUIET, QUIET), (QUIET, side - QUIET - 7), (side - QUIET - 7, QUIET)):
        assert not any(rows[top][left : left + 7])
        assert rows[top + 1][left + 1 : left + 6] == [True] * 5


def test_a_larger_box_draws_the_same_picture_larger():
    small, large = pixels(qr_png(ADDRESS, box=1)), pixels(qr_png(ADDRESS, box=8))
    assert [row[3::8] for row in large[3::8]] == small


@settings(max_examples=25)
@given(st.text(min_size=1, max_size=80))
def test_the_path_and_the_png_show_the_same_modules(text):
    path = qr_svg(text)
    field = [[True] * path.size for _ in range(path.size)]
    for run in path.replace("M", "").split("z")[:-1]:
        place, rest = run.split("h")
        x, y = map(int, place.split())
        for offset in range(int(rest.split("v")[0])):
            field[y][x + offset] = False
    assert field == pixels(qr_png(text, box=1))
