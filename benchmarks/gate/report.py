"""Tables for people, and what counts as missed."""

import os
import platform
import sqlite3
from typing import Any

P99_TARGET_MS = 20.0
BATCH_TARGET = 15_000
# What a scan among many people may cost, of what it costs among few.
SCALE_TARGET = 1.2
# What a gate's p95 may become beside an export and the live board.
BESIDE_TARGET = 2.0
# Of each ceiling: which share is wanted, at 32 connections.
WANTED = {"plain": 1.0, "group": 0.85, "one": None}
WORDS = {
    "plain": "plain ceiling",
    "group": "group-commit ceiling",
    "one": "one-statement ceiling",
}


def describe_machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def heading(document: dict[str, Any]) -> str:
    machine, setting = document["machine"], document["setting"]
    return (
        f"{machine['cores']} cores, load average {machine['load_at_start']} at the start, "
        f"Python {machine['python']}, granian with {setting['workers']} workers of "
        f"{setting['threads']} threads"
    )


def tables(engine: str, found: dict[str, Any]) -> str:
    if "scale" in found:
        return scale_table(engine, found)
    if "beside" in found:
        return beside_table(engine, found)
    lines = [f"\n{engine}: distinct single scans"]
    lines.append(
        f"{'':<24}{'at once':>8}{'scans/s':>9}{'p50':>8}{'p95':>8}{'p99 ms':>8}"
        f"{'errors':>8}{'lost':>6}{'extra':>6}{'CPU µs':>8}{'client':>8}   ratio (spread)"
    )
    for number, rows in found.get("single", {}).items():
        lines += [_row(name, number, row) for name, row in rows.items()]
    for number, rows in found.get("batches", {}).items():
        row = rows["xunpin"]
        mark = "" if engine != "sqlite" or row["rate"] >= BATCH_TARGET else "  <-- below 15,000"
        lines.append(f"batches of 200, {number} connections: {row['rate']:,.0f} scans/s{mark}")
        lines.append(_row("xunpin, batches", number, row))
    return "\n".join(lines)


def scale_table(engine: str, found: dict[str, Any]) -> str:
    """Few people against many: the middle of the rounds, and the ratio of what a scan costs."""
    few, many = found["people"].values()
    lines = [f"\n{engine}: one scan among {few:,} and among {many:,} registrations"]
    for number, rows in found["scale"].items():
        for name, row in rows.items():
            line = (
                f"{name:<8}{number:>4} at once{row['rate']:>9,.0f} scans/s"
                f"   p50 {row['p50_ms']:.1f}   p95 {row['p95_ms']:.1f}   p99 {row['p99_ms']:.1f} ms"
                f"{row['server_cpu_us']:>7} µs of the server"
            )
            if "cost_ratio" in row:
                # Few people's rate over many's: how much longer one scan takes.
                line += f"   time {row['ratio']:.2f}, CPU {row['cost_ratio']:.2f} of few"
                if row["ratio"] > SCALE_TARGET:
                    line += f"  <-- above {SCALE_TARGET}"
            lines.append(line)
    return "\n".join(lines)


def beside_table(engine: str, found: dict[str, Any]) -> str:
    """A gate alone, and beside somebody who takes the table of everybody."""
    lines = [
        f"\n{engine}: {found['rate']:g} scans/s at even intervals among {found['people']:,} "
        "people, alone and beside somebody busy"
    ]
    for rows in found["beside"].values():
        for name, row in rows.items():
            line = f"{name:<8} p50 {row['p50_ms']:.1f}   p95 {row['p95_ms']:.1f}"
            line += f"   p99 {row['p99_ms']:.1f} ms   {row['errors']} errors"
            if "p95_ratio" in row:
                line += f"   p95 {row['p95_ratio']:.2f} of alone"
                if row["p95_ratio"] > BESIDE_TARGET:
                    line += f"  <-- above {BESIDE_TARGET:g}"
            lines.append(line)
        seen = rows["beside"]["organiser"]
        if "act" in seen[0]:
            times = [seconds for turn in seen for seconds in turn["seconds"]]
            lines.append(
                f"to {seen[0]['act']} 100,000 positions was done {len(times)} times: {times} s"
            )
            continue
        times = [seconds for turn in seen for seconds in turn["seconds"]]
        faults = [fault for turn in seen for fault in turn["faults"]]
        lines.append(
            f"the organiser took {len(times)} tables, {min(times, default=0):.1f} to "
            f"{max(times, default=0):.1f} s each, {seen[-1]['bytes']:,} bytes, and "
            f"{sum(turn['boards'] for turn in seen)} boards{f'; {faults}' if faults else ''}"
        )
    return "\n".join(lines)


def _row(name: str, number: str, row: dict[str, Any]) -> str:
    line = (
        f"{WORDS.get(name, name):<24}{number:>8}{row['rate']:>9,.0f}{row['p50_ms']:>8.1f}"
        f"{row['p95_ms']:>8.1f}{row['p99_ms']:>8.1f}{row['errors']:>8}{row['lost']:>6}"
        f"{row['phantom']:>6}{row['server_cpu_us']:>8}{row['client_cpu_share']:>8.0%}"
    )
    if "ratio" in row:
        low, high = row["ratio_spread"]
        line += f"   {row['ratio']:.2f} ({low:.2f}–{high:.2f})"
        wanted = WANTED[name]
        if number == "32" and wanted and row["ratio"] < wanted:
            line += f"  <-- below {wanted}"
    elif name == "xunpin" and number == "32" and row["p99_ms"] > P99_TARGET_MS:
        line += f"   <-- p99 above {P99_TARGET_MS:.0f} ms"
    if row["errors"]:
        line += f"\n    {row['faults']}"
    return line


def is_broken(document: dict[str, Any]) -> bool:
    """Whether an answer or a row is missing anywhere: then no figure means anything.

    503 is no missing answer: the queue stood still for a second, and the phone comes again.
    """
    return any(
        row["lost"] or row["phantom"] or any(not fault.startswith("503") for fault in row["faults"])
        for found in document["engines"].values()
        for part in ("single", "batches", "scale", "beside")
        for rows in found.get(part, {}).values()
        for row in rows.values()
    )
