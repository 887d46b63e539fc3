"""How long a search for positions takes at the size of many tours.

    python benchmarks/search.py [--positions 818000] [--rounds 15] [--candidates]
                                [--database-url postgresql+psycopg://…]

Makes a scratch database of invented positions (SQLite in a temporary folder, or an empty
PostgreSQL database that is named), all of them at fairs that are still to come, thirteen
thousand a tour, and asks what the pages ask: one search statement and the two that load the
page. The questions take turns, round by round, so that a busy moment hits all alike; a plain
look at every text is among them for comparison. Beside the time on the wall stands that of
the processor: SQLite works in this process, so on a busy machine that is the time to believe.
``--candidates`` compares other indexes on the same texts instead. Exit code 1 if a question's
p95 is above 100 ms.
"""

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from searching.candidates import compare_candidates  # noqa: E402
from searching.data import prepare  # noqa: E402
from searching.questions import ask  # noqa: E402

from app.factory import create_app  # noqa: E402
from config import Settings  # noqa: E402


def main() -> int:
    options = read_options()
    with tempfile.TemporaryDirectory(prefix="xunpin-bench-") as folder:
        settings = Settings(
            environment="test",
            secret_key="a secret of the benchmark, long enough to pass",
            ticket_keys={1: "a ticket key of the benchmark, long enough"},
            database_url=options.database_url,
            data_dir=Path(options.folder or folder),
            queue_url="memory",
            testing=True,
            public_url="http://localhost",
        )
        with create_app(settings).app_context():
            seconds = prepare(options.positions)
            if options.candidates:
                return compare_candidates(options)
            return ask(options, seconds)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--positions", type=int, default=818_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--database-url", default="", help="an empty PostgreSQL database")
    parser.add_argument("--folder", default="", help="keep SQLite here, and use what is there")
    parser.add_argument("--candidates", action="store_true", help="compare kinds of index")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
