"""How long 300 booth signs take as one PDF, and how much of that is the font.

    .venv/bin/python -m benchmarks.prints [--signs 300] [--rounds 3]

``one`` is a document of one sign: loading two weights of a Chinese font and putting what is
used into the file, which a document pays once. ``all`` is the whole bundle, each employer
with its own name of twelve characters, six positions and a code. Rounds are interleaved; the
ratio says what 300 documents of their own would cost more than one bundle.
"""

import argparse
import statistics
import tempfile
from pathlib import Path
from random import Random
from time import perf_counter

from flask_babel import force_locale

from app.factory import create_app
from app.participations import prints
from app.participations.states import Bundle
from tests.databases import make_settings

PLACES = "温州乐清瑞安永嘉平阳苍南龙湾瓯海鹿城洞头文成泰顺"
WORDS = "智能装备电气科技新能源泵阀汽车零部件鞋服时尚数字软件医疗器械环保材料精密机械物流供应链"
TITLES = (
    "机械设计工程师",
    "电气工程师",
    "软件开发工程师",
    "外贸业务员",
    "人力资源专员",
    "财务会计",
)


def signs(count: int) -> prints.Content:
    """A fair with as many employers, every one of them different."""
    chance = Random(1)
    event = prints.Event(
        "温州引才专列·武汉大学双选会", "", "2026年3月15日(周日) 09:00–12:00", "武汉", "温州市人社局"
    )
    stalls = tuple(
        prints.Stall(
            booth=f"{'ABCDEFGH'[n // 40 % 8]}{n % 40 + 1:02d}",
            zone="A",
            zone_name="智能装备",
            name="".join(chance.sample(PLACES, 2) + chance.sample(WORDS, 6)) + "有限公司",
            short_name="",
            name_en="Ouyu Intelligent Equipment Co., Ltd.",
            about="民营 · 装备制造 · 温州",
            introduction="",
            address=f"https://xunpin.example.gov.cn/b/7K4M92XTFWCW{n:04d}",
            posts=tuple(
                prints.Post(title, f"{chance.randint(1, 20)}人", "1.2–1.8万/月", "", "", "")
                for title in TITLES
            ),
        )
        for n in range(count)
    )
    return prints.Content(event, stalls)


def timed(content: prints.Content) -> tuple[float, int]:
    began = perf_counter()
    data = prints.make_pdf(Bundle.SIGNS, content)
    return perf_counter() - began, len(data)


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--signs", type=int, default=300)
    reader.add_argument("--rounds", type=int, default=3)
    given = reader.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(make_settings(Path(folder)))
        with app.app_context(), force_locale("zh_Hans"):
            one, many = signs(1), signs(given.signs)
            timed(one)
            rounds = [(timed(one), timed(many)) for _ in range(given.rounds)]
    first = statistics.median(pair[0][0] for pair in rounds)
    whole = statistics.median(pair[1][0] for pair in rounds)
    size = rounds[0][1][1]
    print(f"one   {first:6.2f} s")
    print(f"all   {whole:6.2f} s   {given.signs} signs, {size / 1e6:.1f} MB")
    print(f"{given.signs} documents of their own: {first * given.signs / whole:.0f} × the bundle")


if __name__ == "__main__":
    main()
