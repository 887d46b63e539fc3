"""Paper lists: paste, look at every line's verdict, enter them, take the list back."""

import re

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.checkins import queries
from app.checkins.forms import PaperForm
from app.checkins.services import paper as services
from app.checkins.states import PaperVerdict
from app.checkins.views.door import bp, fair_for
from app.core.clock import utcnow
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.web.access import requires
from app.web.forms import answer, uploaded

MAY = Permission.CHECKIN_OVERRIDE
_CHOICE = re.compile(r"choose-([0-9]{1,5})")
_INSISTED = re.compile(r"insist-([0-9]{1,5})")


@bp.route("/staff/fairs/<slug>/paper", methods=["GET", "POST"])
@requires(MAY)
def papers(slug: str) -> ResponseReturnValue:
    """What was written on paper while nothing worked?"""
    fair = fair_for(slug, MAY)
    listed = queries.list_gates(fair)
    form = PaperForm(zone=fair.time_zone)
    form.gate.choices = [("", "—"), *((str(gate.id), gate.name) for gate in listed)]
    if request.method == "GET":
        form.came_at.data = max(fair.opens_doors_at, min(utcnow(), fair.ends_at))
    if form.validate_on_submit():
        gate = next((gate for gate in listed if str(gate.id) == form.gate.data), None)
        try:
            upload = uploaded(form.file)
            text = services.decode(upload[0]) if upload else form.lines.data or ""
            with transaction():
                paper = services.make_list(
                    fair,
                    text,
                    gate=gate,
                    came_at=form.came_at.data,
                    reason=form.reason.data,
                    by=current_user,
                )
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect(url_for(".paper", slug=slug, list_uid=paper.uid), 303)
    return answer("checkins/papers.html", form, fair=fair, papers=services.list_papers(fair))


@bp.get("/staff/fairs/<slug>/paper/<list_uid>")
@requires(MAY)
def paper(slug: str, list_uid: str) -> ResponseReturnValue:
    """A list line by line: what was found, what to choose, what was entered."""
    fair = fair_for(slug, MAY)
    found = services.get_paper(fair, list_uid)
    kept = services.list_lines(found)
    # Somebody may have come in since the list was pasted.
    lines = kept if found.applied_at or found.undone_at else services.judge(fair, kept)
    counts = {
        verdict: sum(line.verdict is verdict for line in lines)
        for verdict in PaperVerdict
        if any(line.verdict is verdict for line in lines)
    }
    return render_template(
        "checkins/paper.html",
        fair=fair,
        paper=found,
        lines=lines,
        people=services.list_people(lines),
        counts=counts,
        chosen=services.CHOSEN,
        insisted=services.INSISTED,
        is_open=not (found.applied_at or found.undone_at),
    )


@bp.post("/staff/fairs/<slug>/paper/<list_uid>/apply")
@requires(MAY)
def apply_paper(slug: str, list_uid: str) -> ResponseReturnValue:
    """Enter everybody the list means, all in one transaction."""
    fair = fair_for(slug, MAY)
    choices = {
        int(match[1]): int(value)
        for name, value in request.form.items()
        if (match := _CHOICE.fullmatch(name)) and re.fullmatch("[0-9]{1,9}", value)
    }
    insisted = {int(match[1]) for name in request.form if (match := _INSISTED.fullmatch(name))}
    with transaction():
        found = services.get_paper(fair, list_uid)
        number = services.apply_list(found, choices=choices, insisted=insisted, by=current_user)
    text = ngettext("%(num)s person entered.", "%(num)s people entered.", number)
    undo = url_for(".undo_paper", slug=slug, list_uid=list_uid)
    flash({"text": text, "undo": undo}, "success")  # type: ignore[arg-type]
    return redirect(url_for(".paper", slug=slug, list_uid=list_uid), 303)


@bp.post("/staff/fairs/<slug>/paper/<list_uid>/undo")
@requires(MAY)
def undo_paper(slug: str, list_uid: str) -> ResponseReturnValue:
    """Take the whole list back."""
    fair = fair_for(slug, MAY)
    with transaction():
        found = services.get_paper(fair, list_uid)
        services.undo_list(found, by=current_user)
    flash(gettext("The list is taken back."), "success")
    return redirect(url_for(".papers", slug=slug), 303)
