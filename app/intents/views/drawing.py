"""How an intent is drawn: the ladder, the two halves, who looks at it from which side."""

from typing import Any

from flask import get_template_attribute
from flask_babel import gettext as _
from markupsafe import Markup

from app.core.clock import local, utcnow
from app.intents.models import Agreement, Intent, IntentStep
from app.intents.states import LADDER, LATER, RANK, Act, AgreementStatus, Side, Step, Via
from app.web.formatting import fmt_moment, fmt_short_moment, fmt_time, is_chinese

Item = dict[str, Any]


def moment(intent: Intent, at: Any) -> str:
    """A time as the ladder shows it: the hour alone on the same day."""
    zone = intent.fair.time_zone
    same_day = local(at, zone).date() == local(utcnow(), zone).date()
    return fmt_time(at, zone) if same_day else fmt_short_moment(at, zone)


def ladder_items(intent: Intent, viewer: Side) -> list[Item]:
    """The rungs to draw: what stands, what is asked now, what may come; or how it ended."""
    standing = intent.rungs
    top = max((RANK[step] for step in standing), default=-1)
    items = [
        {"label": _(step.label), "state": "done", "note": _who(intent, standing[step])}
        for step in LADDER
        if step in standing
    ]
    if intent.has_ended:
        return [*items, _ending(intent)]
    coming = [step for step in LADDER if RANK[step] > top and step not in (LATER - {Step.OFFERED})]
    asked = intent.proposed_step
    for step in coming:
        is_next = step is asked if asked is not None else step is coming[0]
        item: Item = {"label": _(step.label), "state": "now" if is_next else "todo"}
        if step is Step.PRELIMINARY:
            item["note"] = _("Counts only after both have confirmed.")
        if is_next and asked is not None:
            item["extra"] = _two(halves(intent, viewer))
        items.append(item)
    return items


def halves(intent: Intent, viewer: Side) -> list[Item]:
    """Both sides of what is asked now, or of what both have done."""
    letter = intent.live_agreement
    if letter is not None and letter.status is AgreementStatus.PROPOSED:
        return letter_halves(letter, viewer)
    proposer = intent.proposed_by
    drawn = []
    for side in (Side.EMPLOYER, Side.STUDENT):
        title = side_name(side, viewer)
        if intent.is_reached or side is proposer:
            drawn.append({"title": title, "state": "done", "notes": _proposed_by(intent, side)})
        elif side is viewer:
            drawn.append({"title": title, "state": "yours", "text": _("Waiting for you")})
        else:
            notes = [_("Ask them to open their ticket")] if side is Side.STUDENT else []
            drawn.append({"title": title, "state": "waiting", "notes": notes})
    return drawn


def letter_halves(letter: Agreement, viewer: Side | None) -> list[Item]:
    """Both signatures under a letter, as its ladder shows them."""
    drawn: list[Item] = []
    for side in (Side.EMPLOYER, Side.STUDENT):
        signed = letter.signed_at(side)
        title = side_name(side, viewer)
        if signed is not None:
            who = letter.employer_signed_by if side is Side.EMPLOYER else ""
            notes = [_joined(moment(letter.intent, signed), who)]
            drawn.append({"title": title, "state": "done", "text": _("Signed"), "notes": notes})
        elif side is viewer:
            drawn.append({"title": title, "state": "yours", "text": _("Waiting for you")})
        else:
            drawn.append({"title": title, "state": "waiting", "text": _("Not signed yet")})
    return drawn


def signatures(letter: Agreement, viewer: Side) -> list[Item]:
    """Both signatures as they stand on paper: name, date, by which device."""
    drawn = letter_halves(letter, viewer)
    names = (letter.employer_signed_by, letter.student_name)
    titles = (_("Party A signs"), _("Party B signs"))
    zone = letter.intent.fair.time_zone
    for half, side, name, title in zip(
        drawn, (Side.EMPLOYER, Side.STUDENT), names, titles, strict=True
    ):
        half["title"] = title
        signed = letter.signed_at(side)
        if signed is not None:
            half["text"] = name
            half["notes"] = [_joined(fmt_moment(signed, zone), _(Via.OWN.label))]
    return drawn


def side_name(side: Side, viewer: Side | None) -> str:
    """What a half is called for whoever looks."""
    if side is Side.EMPLOYER:
        return _("Employer")
    return _("You") if viewer is Side.STUDENT else _("Student")


def proposal_line(intent: Intent) -> str:
    """Who proposed and when."""
    row = _proposal(intent)
    return _who(intent, row) if row is not None else ""


def history(intent: Intent, viewer: Side) -> list[Item]:
    """Every act, newest first."""
    rows = []
    for row in reversed(intent.steps):
        who = row.actor_label if row.side is Side.EMPLOYER else ""
        if viewer is Side.STUDENT and row.side is Side.STUDENT:
            who = _("you")
        rows.append(
            {
                "when": fmt_short_moment(row.at, intent.fair.time_zone),
                "text": _act(row),
                "who": who or _(row.side.label),
                "note": row.reason,
            }
        )
    return rows


def _act(row: IntentStep) -> str:
    if row.act is Act.SET or row.act is Act.ENDED:
        return str(_(row.step.label))
    return str(_("%(step)s: %(act)s", step=_(row.step.label), act=_(row.act.label)))


def _proposal(intent: Intent) -> IntentStep | None:
    rows = [row for row in intent.steps if row.side is intent.proposed_by]
    return next((row for row in reversed(rows) if row.act is Act.PROPOSED), None)


def _proposed_by(intent: Intent, side: Side) -> list[str]:
    acts = (Act.PROPOSED, Act.CONFIRMED)
    rows = [row for row in intent.steps if row.side is side and row.act in acts]
    return [_who(intent, rows[-1])] if rows else []


def _who(intent: Intent, row: IntentStep) -> str:
    parts = [moment(intent, row.at)]
    if row.side is Side.EMPLOYER:
        parts.append(row.actor_label)
    elif row.side is not Side.STUDENT:
        parts.append(_(row.side.label))
    if row.via in (Via.BOOTH, Via.TICKET, Via.CODE):
        parts.append(_(Via(row.via).label))
    return _joined(*parts)


def _joined(*parts: str) -> str:
    return ("，" if is_chinese() else ", ").join(part for part in parts if part)


def _ending(intent: Intent) -> Item:
    rows = [row for row in intent.steps if row.step is intent.step]
    note = moment(intent, rows[-1].at) if rows else ""
    if intent.ended_reason:
        note = _("%(when)s: %(reason)s", when=note, reason=intent.ended_reason)
    return {"label": _(intent.step.label), "state": "ended", "note": note}


def _two(drawn: list[Item]) -> Markup:
    draw = get_template_attribute("components/two.html", "two")
    return Markup(draw(drawn))
