"""A company's library of positions."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.employers import queries, services
from app.employers.forms import PositionForm
from app.employers.models import Position
from app.employers.views.door import bp, own_employer, toast
from app.web.access import requires
from app.web.formatting import fmt_pay
from app.web.forms import answer

LIST = "employers.positions"


@bp.get("/employer/posts")
@requires(Permission.EMPLOYER_EDIT)
def positions() -> ResponseReturnValue:
    """What the company hires for."""
    archived = request.args.get("show") == "archived"
    employer = own_employer()
    listed = queries.list_positions(employer, archived=archived)
    return answer("employers/positions.html", positions=listed, archived=archived)


@bp.route("/employer/posts/new", methods=["GET", "POST"])
@requires(Permission.EMPLOYER_EDIT)
def new_position() -> ResponseReturnValue:
    """Add a position."""
    form = PositionForm()
    if form.validate_on_submit():
        employer = own_employer()
        try:
            with transaction():
                made = services.create_position(employer, form.to_details(), by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            _say_saved(made)
            return redirect(url_for(LIST), 303)
    return answer("employers/position.html", form, position=None)


@bp.route("/employer/posts/<uid>", methods=["GET", "POST"])
@requires(Permission.EMPLOYER_EDIT)
def edit_position(uid: str) -> ResponseReturnValue:
    """Change a position."""
    position = queries.get_position(own_employer(), uid)
    form = _form_of(position)
    if form.validate_on_submit():
        with transaction():
            services.edit_position(
                position,
                form.to_details(),
                version=int(form.version.data or 0),
                by=current_user,
            )
        _say_saved(position)
        return redirect(url_for(LIST), 303)
    return answer("employers/position.html", form, position=position)


def _form_of(position: Position) -> PositionForm:
    """The form as the position is kept; the row itself would win over words given beside it."""
    form = PositionForm(obj=position)
    if not form.is_submitted():
        form.openings.data = "" if position.openings is None else str(position.openings)
        form.majors.data = "、".join(position.majors)
    return form


def _say_saved(position: Position) -> None:
    flash(gettext("Saved. Pay is read as: %(pay)s.", pay=pay_words(position.pay_text)), "success")
    if position.hints:
        flash(
            gettext(
                "Please read these words again, a reviewer will ask about them: %(words)s",
                words="、".join(f"“{words}”" for words in position.hints),
            ),
            "warning",
        )


def pay_words(text: str) -> str:
    """How a pay is understood, in words."""
    pay = services.parse_pay(text)
    if pay.is_known:
        words = fmt_pay(pay.low, pay.high, pay.period or "month")
        return f"{words} · {gettext('%(n)s months', n=pay.months)}" if pay.months else words
    if pay.is_negotiable:
        return gettext("negotiable")
    return gettext("as written; it cannot be compared")


@bp.post("/employer/posts/check")
@requires(Permission.EMPLOYER_EDIT)
def check_position() -> ResponseReturnValue:
    """How a pay is understood and which words to read again; nothing is kept."""
    texts = (request.form.get(name, "")[:3000] for name in ("title", "description", "requirements"))
    benefits = request.form.get("benefits", "")[:1000]
    hints = services.find_hints("\n".join((*texts, benefits)))
    pay = request.form.get("pay_text", "")[:60].strip()
    return {
        "pay": pay_words(pay) if pay else "",
        "hints": [{"words": one.words, "kind": gettext(one.kind.label)} for one in hints],
    }


@bp.post("/employer/posts/<uid>/copy")
@requires(Permission.EMPLOYER_EDIT)
def copy_position(uid: str) -> ResponseReturnValue:
    """Begin a position with the words of another."""
    position = queries.get_position(own_employer(), uid)
    with transaction():
        made = services.copy_position(position, by=current_user)
    flash(gettext("Copied. Change what differs."), "success")
    return redirect(url_for("employers.edit_position", uid=made.uid), 303)


@bp.post("/employer/posts/<uid>/archive")
@requires(Permission.EMPLOYER_EDIT)
def archive_position(uid: str) -> ResponseReturnValue:
    """Put a position away."""
    position = queries.get_position(own_employer(), uid)
    with transaction():
        services.archive_position(position, by=current_user)
    undo = url_for("employers.restore_position", uid=uid)
    toast(gettext("%(title)s is archived", title=position.title), undo)
    return redirect(url_for(LIST), 303)


@bp.post("/employer/posts/<uid>/restore")
@requires(Permission.EMPLOYER_EDIT)
def restore_position(uid: str) -> ResponseReturnValue:
    """Take a position back."""
    position = queries.get_position(own_employer(), uid)
    with transaction():
        services.restore_position(position, by=current_user)
    flash(gettext("%(title)s is back", title=position.title), "success")
    return redirect(url_for(LIST), 303)
