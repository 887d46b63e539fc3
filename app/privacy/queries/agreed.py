"""What is held on what a student and employers have with each other."""

from collections import defaultdict
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.core.db import db
from app.intents.models import Agreement, BoothContact, BoothScan, Intent, IntentStep
from app.participations.models import Participation
from app.registrations.models import Registration
from app.students.models import Student

Held: TypeAlias = dict[str, Any]


def hold_contacts(student: Student) -> list[Held]:
    """The stands that scanned somebody's ticket with their phones, and each of their scans."""
    to_participation = joinedload(BoothContact.participation)
    query = (
        select(BoothContact)
        .join(BoothContact.registration)
        .where(Registration.student_id == student.id)
        .options(
            to_participation.joinedload(Participation.employer),
            to_participation.joinedload(Participation.fair),
        )
        .order_by(BoothContact.id)
    )
    contacts = db.session.scalars(query).all()
    scans: dict[int | None, list[Held]] = defaultdict(list)
    theirs = select(BoothScan).where(BoothScan.contact_id.in_([row.id for row in contacts]))
    for scan in db.session.scalars(theirs.order_by(BoothScan.scanned_at, BoothScan.id)):
        scans[scan.contact_id].append({"step": scan.step, "at": scan.scanned_at})
    return [
        {
            "employer": row.participation.employer.name,
            "fair": row.participation.fair.title_zh,
            "proposed": row.step,
            "status": row.state,
            "asked_at": row.asked_at,
            "answered_at": row.answered_at,
            "scans": scans[row.id],
        }
        for row in contacts
    ]


def hold_intents(student: Student) -> list[Held]:
    """A student's intents, each with its acts and letters."""
    query = (
        select(Intent)
        .filter_by(student_id=student.id)
        .options(
            joinedload(Intent.fair),
            joinedload(Intent.employer),
            joinedload(Intent.position),
            selectinload(Intent.steps),
            selectinload(Intent.agreements),
        )
    )
    return [_intent(row) for row in db.session.scalars(query.order_by(Intent.id))]


def _intent(row: Intent) -> Held:
    return {
        "employer": row.employer.name,
        "fair": row.fair.title_zh,
        "position": row.position.title if row.position else None,
        "step": row.step,
        "proposed": row.proposed_step,
        "proposed_by": row.proposed_by,
        "reached_at": row.reached_at,
        "reason": row.ended_reason,
        "steps": [_step(step) for step in row.steps],
        "letters": [_letter(one) for one in row.agreements],
    }


def _step(row: IntentStep) -> Held:
    return {
        "step": row.step,
        "act": row.act,
        "side": row.side,
        "who": row.actor_label,
        "booth": row.booth_code,
        "file": row.file_name,
        "reason": row.reason,
        "at": row.at,
    }


def _letter(row: Agreement) -> Held:
    return {
        "number": row.number,
        "status": row.status,
        "text": row.text,
        "sha256": row.text_sha256,
        "signed_by_student_at": row.student_signed_at,
        "signed_by_employer_at": row.employer_signed_at,
        "withdrawn_at": row.withdrawn_at,
        "reason": row.withdrawn_reason,
    }
