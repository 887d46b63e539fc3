"""Writing rows that belong to one fair, and taking them back."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import delete, func, or_, select

from app.core.clock import utcnow
from app.core.db import db
from app.core.text import N_
from app.imports.kinds import KINDS
from app.imports.models import ImportBatch, ImportRow
from app.imports.services.checking import NoFair
from app.imports.services.filling import new_rows
from app.imports.states import USABLE, ImportKind, RowAction
from app.imports.tables import SheetPlan
from app.participations.models import Booth, BoothMove, Participation, Representative
from app.participations.states import ParticipationStatus
from app.places.models import School
from app.places.states import EducationLevel
from app.registrations import services as registrations
from app.registrations.models import Registration
from app.registrations.states import RegistrationSource, RegistrationStatus
from app.students.services import Profile, add_unlinked_student
from app.tours.models import Fair

STEP = 200
UNDONE = N_("The import was undone")


def write_fair_rows(batch: ImportBatch) -> dict[str, int]:
    """Do what the kept rows say; how many things were made and changed."""
    fair = _fair_of(batch)
    make: Callable[[Fair, ImportRow, ImportBatch], Any] = {
        ImportKind.PARTICIPATIONS: _participation,
        ImportKind.BOOTHS: _booth,
        ImportKind.REGISTRATIONS: _registration,
    }[batch.kind]
    made = 0
    for row in _rows(new_rows(batch)):
        thing = make(fair, row, batch)
        db.session.flush()
        row.object_id, row.object_version = thing.id, getattr(thing, "version", 1)
        made += 1
    return {"new": made, "changed": _change_booths(batch)}


def _fair_of(batch: ImportBatch) -> Fair:
    if batch.fair is None:
        raise NoFair()
    return batch.fair


def _rows(where: Any) -> Iterator[ImportRow]:
    last = 0
    while True:
        query = select(ImportRow).where(where, ImportRow.id > last).order_by(ImportRow.id)
        rows = db.session.scalars(query.limit(STEP)).all()
        if not rows:
            return
        yield from rows
        last = rows[-1].id


def _participation(fair: Fair, row: ImportRow, _batch: ImportBatch) -> Participation:
    """An application: with a booth it is approved, without one it waits for review."""
    said, now = row.values, utcnow()
    placed = said.get("booth_id")
    participation = Participation(
        fair_id=fair.id,
        employer_id=said["employer_id"],
        delegation_id=said.get("delegation_id"),
        needs_power=said["needs_power"],
        note=said["note"],
        booth_id=placed,
        submitted_at=now,
        reviewed_at=now if placed else None,
        confirm_by=fair.confirm_by if placed else None,
    )
    participation.status = ParticipationStatus.APPROVED if placed else ParticipationStatus.SUBMITTED
    participation.representatives = [
        Representative(name=name, phone=row.phone if at == 0 else None)
        for at, name in enumerate(said["representatives"])
    ]
    db.session.add(participation)
    return participation


def _booth(fair: Fair, row: ImportRow, _batch: ImportBatch) -> Booth:
    names = ("code", "hall", "row", "column", "zone", "has_power")
    booth = Booth(fair_id=fair.id, **{name: row.values[name] for name in names})
    db.session.add(booth)
    return booth


def _registration(fair: Fair, row: ImportRow, batch: ImportBatch) -> Registration:
    """A student without an account, read again out of the sealed cells.

    Whoever brings such a list has asked its people and answers for their consent, as the desk
    does for those who agreed on paper. The phone stays unconfirmed.
    """
    said = _read_again(batch, row)
    school = said.get("school") or ""
    known = select(School.id).filter_by(name=school).order_by(School.id).limit(1)
    profile = Profile(
        name=said["person"],
        school_name=school,
        school_id=db.session.scalar(known) if school else None,
        level=EducationLevel(said.get("level") or EducationLevel.OTHER),
        major=said.get("major") or "",
        graduation_year=said.get("graduation_year"),
        origin=said.get("origin") or None,
        email=said.get("email") or None,
    )
    student = add_unlinked_student(profile, phone=said["phone"])
    return registrations.register(student, fair, source=RegistrationSource.IMPORT, verified=False)


def _read_again(batch: ImportBatch, row: ImportRow) -> dict[str, Any]:
    kind, plan = KINDS[batch.kind], SheetPlan.from_json(batch.mapping["sheets"][row.sheet])
    columns = {at: kind.all_fields[name] for at, name in plan.columns.items()}
    return kind.read((row.cells or {}).get("cells", []), columns).values


def _change_booths(batch: ImportBatch) -> int:
    if batch.kind is not ImportKind.BOOTHS:
        return 0
    changed = 0
    for row in _rows(_changed(batch)):
        booth = db.session.get_one(Booth, row.object_id)
        booth.has_power = row.values["changes"]["has_power"]
        changed += 1
    return changed


def _changed(batch: ImportBatch) -> Any:
    return (
        (ImportRow.batch_id == batch.id)
        & (ImportRow.action == RowAction.CHANGED)
        & ImportRow.verdict.in_(USABLE)
    )


# ----------------------------------------------------------------------------------- taking back


def fair_rows_in_use(batch: ImportBatch) -> list[str]:
    """The names of what somebody changed or used since."""
    made = select(ImportRow.object_id).where(new_rows(batch), ImportRow.object_id.is_not(None))
    if batch.kind is ImportKind.PARTICIPATIONS:
        query = (
            select(ImportRow)
            .outerjoin(Participation, Participation.id == ImportRow.object_id)
            .where(new_rows(batch), ImportRow.object_id.is_not(None))
            .where(
                or_(
                    Participation.id.is_(None),
                    Participation.version != ImportRow.object_version,
                    Participation.offered.any(),
                )
            )
        )
        return [str(row.values["name"]) for row in db.session.scalars(query)]
    if batch.kind is ImportKind.BOOTHS:
        taken = select(Participation.booth_id).where(Participation.booth_id.in_(made))
        moved = select(func.coalesce(BoothMove.to_booth_id, BoothMove.from_booth_id)).where(
            or_(BoothMove.to_booth_id.in_(made), BoothMove.from_booth_id.in_(made))
        )
        used = select(Booth.code).where(or_(Booth.id.in_(taken), Booth.id.in_(moved)))
        return [code or "–" for code in db.session.scalars(used)]
    return []


def take_back_fair_rows(batch: ImportBatch) -> dict[str, int]:
    """Remove what was made; registrations are cancelled, which is what a ticket knows."""
    made = list(
        db.session.scalars(
            select(ImportRow.object_id).where(new_rows(batch), ImportRow.object_id.is_not(None))
        )
    )
    if batch.kind is ImportKind.REGISTRATIONS:
        query = select(Registration).where(Registration.id.in_(made))
        live = [
            one
            for one in db.session.scalars(query)
            if one.status is not RegistrationStatus.CANCELLED
        ]
        for one in live:
            registrations.cancel(one, by=None, reason=UNDONE)
        return {"removed": len(live), "restored": 0}
    if batch.kind is ImportKind.PARTICIPATIONS:
        _delete(Representative, Representative.participation_id.in_(made))
        return {"removed": _delete(Participation, Participation.id.in_(made)), "restored": 0}
    restored = 0
    for row in _rows(_changed(batch)):
        db.session.get_one(Booth, row.object_id).has_power = (row.before or {})["has_power"]
        restored += 1
    return {"removed": _delete(Booth, Booth.id.in_(made)), "restored": restored}


def _delete(model: Any, where: Any) -> int:
    done = db.session.execute(
        delete(model).where(where), execution_options={"synchronize_session": False}
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
