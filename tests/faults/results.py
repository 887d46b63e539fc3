"""``python -m tests.faults.results FILE``: what the fault tests wrote down, as a table."""

import json
import sys
from pathlib import Path

COLUMNS = {
    "case": "case",
    "engine": "engine",
    "rounds": "rounds",
    "faults": "faults",
    "acknowledged": "acked",
    "lost": "lost",
    "phantom": "phantom",
    "flipped": "flipped",
    "greens": "greens",
    "conflicts": "conflicts",
    "drift": "drift",
    "recovery": "recovery s",
    "slowest": "slowest s",
}


def read(path):
    if not Path(path).exists():
        sys.exit("no fault test has written anything down")
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def engine_of(line):
    return "PostgreSQL" if "postgresql" in line["test"] else "SQLite"


def show(value):
    return f"{value:.2f}" if isinstance(value, float) else "–" if value is None else str(value)


def table(columns, rows):
    yield "| " + " | ".join(columns) + " |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield "| " + " | ".join(map(show, row)) + " |"


def main(path):
    lines = [line | {"engine": engine_of(line)} for line in read(path)]
    lines.sort(key=lambda line: (line["case"], line["engine"]))
    whole = [line for line in lines if "caught" not in line]
    rows = [[line.get(key) for key in COLUMNS] for line in whole]
    sys.stdout.write("\n".join(table(COLUMNS.values(), rows)) + "\n\n")
    names = ("case", "engine", "rounds", "faults", "caught")
    teeth = [[line[name] for name in names] for line in lines if "caught" in line]
    sys.stdout.write("\n".join(table(names, teeth)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
