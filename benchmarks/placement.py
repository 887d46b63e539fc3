"""How long one automatic placement takes, by the size of the hall.

    .venv/bin/python -m benchmarks.placement [--employers 300] [--rounds 7]

Two figures, interleaved round by round: ``decide`` is the decision by itself, plain values
in and out; ``act`` is the whole act on a database in a file, from reading the fair to the
commit, with its moves and reasons. Each act is undone before the next. The ratio says how
much of the act is the decision.
"""

import argparse
import statistics
import tempfile
from pathlib import Path
from random import Random
from time import perf_counter

from app.accounts.permissions import Role, Scope
from app.core.db import db
from app.core.transaction import transaction
from app.factory import create_app
from app.participations import placement
from app.participations.queries import list_to_place
from app.participations.services import Grid, keep_apart, make_grid, place_employers, undo_last_move
from app.participations.services import placing as act_of_placing
from tests import factories as make
from tests.databases import make_settings


def build(count: int):
    """A hall with a few more booths than employers, zones for delegations, ten rivalries."""
    chance = Random(1)
    planner = make.make_staff(Role.PLANNER)
    fair = make.make_coming_fair()
    rows = -(-count // 20) + 1
    make_grid(
        fair,
        Grid(rows=rows, columns=20, zone_rows=4, zone_columns=5, aisle_rows=2, has_power=True),
        by=planner,
    )
    delegations = [make.make_delegation() for _ in range(8)]
    zones = act_of_placing.list_zones(fair)
    for zone, delegation in zip(zones, delegations, strict=False):
        zone.delegation = delegation
    coming = []
    for _ in range(count):
        employer = make.make_employer(delegation=chance.choice(delegations))
        position = make.make_position(employer=employer, openings=chance.randint(1, 60))
        coming.append(
            make.make_participation(
                fair=fair,
                employer=employer,
                positions=[position],
                needs_power=chance.random() < 0.2,
            )
        )
    for _ in range(10):
        one, other = chance.sample(coming, 2)
        keep_apart(fair, one.employer, other.employer, by=planner)
    db.session.commit()
    return fair, planner


def decide(fair) -> float:
    """The decision by itself; what it needs is read before the clock starts."""
    everybody = list_to_place(fair)
    stands = act_of_placing._stands(act_of_placing.list_booths(fair))
    aims = {
        zone.zone: placement.Aim(zone.delegation_id) for zone in act_of_placing.list_zones(fair)
    }
    hall = placement.Hall(
        list(stands.values()), aims, rivals=act_of_placing._rivals(fair, everybody)
    )
    guests = [act_of_placing._guest(one) for one in everybody]
    began = perf_counter()
    choices = placement.place(hall, guests)
    took = perf_counter() - began
    assert all(choice.stand for choice in choices)
    return took


def act(fair, planner) -> float:
    """The whole act, from reading to the commit."""
    db.session.remove()
    began = perf_counter()
    with transaction():
        done = place_employers(
            db.session.merge(fair), Scope(bureau=True), by=db.session.merge(planner)
        )
    took = perf_counter() - began
    assert done.left == 0
    assert done.moved == len(done.choices)
    with transaction():
        undo_last_move(fair, by=planner, batch=done.batch)
    return took


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--employers", type=int, default=300)
    reader.add_argument("--rounds", type=int, default=7)
    given = reader.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(make_settings(Path(folder)))
        with app.app_context():
            db.create_all()
            fair, planner = build(given.employers)
            rounds = [(decide(fair), act(fair, planner)) for _ in range(given.rounds)]
    decided, acted = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"{given.employers} employers, median of {given.rounds} rounds")
    print(f"decide {decided * 1000:7.0f} ms")
    print(f"act    {acted * 1000:7.0f} ms   ({acted / decided:.1f} × the decision)")


if __name__ == "__main__":
    main()
