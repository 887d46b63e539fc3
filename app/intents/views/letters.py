"""Letters of intent: written and signed by both, printed, checked by anybody."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.core.clock import local
from app.core.errors import DomainError
from app.core.qr import qr_svg
from app.core.transaction import transaction
from app.intents import queries, services
from app.intents.agreements import CLAUSE_ZH, short_hash
from app.intents.forms import LetterForm, SignForm, WhyForm
from app.intents.models import Agreement, Intent
from app.intents.states import AgreementStatus, Side
from app.intents.views.door import (
    bp,
    candidate_of,
    intent_of,
    own_employer,
    own_student,
    say,
    say_refusal,
)
from app.intents.views.drawing import signatures
from app.web.access import public, requires
from app.web.forms import answer
from app.web.links import external_url

PAGES = {Side.EMPLOYER: "intents.letter", Side.STUDENT: "intents.my_letter"}
LAYOUTS = {Side.EMPLOYER: "layouts/employer.html", Side.STUDENT: "layouts/student.html"}


@bp.get("/a/<code>")
@public
def verify(code: str) -> ResponseReturnValue:
    """Is this letter genuine? Number, state, date, masked name, employer, and no more."""
    letter = queries.find_letter(code)
    status = 200 if letter is not None else 404
    return render_template("intents/verify.html", letter=letter), status


@bp.route("/employer/candidates/<uid>/letter", methods=["GET", "POST"])
@requires(Permission.INTENT_RECORD)
def draft_letter(uid: str) -> ResponseReturnValue:
    """Write a letter of intent for both to sign."""
    employer, intent = candidate_of(uid)
    return _draft(intent, Side.EMPLOYER, url_for("intents.candidate", uid=uid), company=employer)


@bp.route("/me/intents/<uid>/letter", methods=["GET", "POST"])
@requires(Permission.STUDENT_SELF)
def draft_own_letter(uid: str) -> ResponseReturnValue:
    """Write a letter of intent for both to sign."""
    intent = intent_of(uid)
    return _draft(intent, Side.STUDENT, url_for("intents.my_intent", uid=uid))


@bp.get("/employer/agreements/<code>")
@requires(Permission.CANDIDATE_READ)
def letter(code: str) -> ResponseReturnValue:
    """A letter: read it, sign it, print it."""
    return _show(queries.get_letter_of_employer(own_employer(), code), Side.EMPLOYER)


@bp.get("/me/agreements/<code>")
@requires(Permission.STUDENT_SELF)
def my_letter(code: str) -> ResponseReturnValue:
    """A letter: read it, sign it, print it."""
    return _show(queries.get_letter_of_student(own_student(), code), Side.STUDENT)


@bp.route("/employer/agreements/<code>/edit", methods=["GET", "POST"])
@requires(Permission.INTENT_RECORD)
def edit_letter(code: str) -> ResponseReturnValue:
    """Change a letter of ours that is not signed by both."""
    employer = own_employer()
    return _edit(queries.get_letter_of_employer(employer, code), Side.EMPLOYER, company=employer)


@bp.route("/me/agreements/<code>/edit", methods=["GET", "POST"])
@requires(Permission.STUDENT_SELF)
def edit_own_letter(code: str) -> ResponseReturnValue:
    """Change a letter of mine that is not signed by both."""
    return _edit(queries.get_letter_of_student(own_student(), code), Side.STUDENT)


@bp.post("/employer/agreements/<code>/sign")
@requires(Permission.INTENT_RECORD)
def sign_letter(code: str) -> ResponseReturnValue:
    """Sign the text that was shown."""
    return _sign(queries.get_letter_of_employer(own_employer(), code), Side.EMPLOYER)


@bp.post("/me/agreements/<code>/sign")
@requires(Permission.STUDENT_SELF)
def sign_own_letter(code: str) -> ResponseReturnValue:
    """Sign the text that was shown."""
    return _sign(queries.get_letter_of_student(own_student(), code), Side.STUDENT)


@bp.route("/employer/agreements/<code>/withdraw", methods=["GET", "POST"])
@requires(Permission.INTENT_RECORD)
def withdraw_letter(code: str) -> ResponseReturnValue:
    """Take a letter back, with a reason."""
    employer = own_employer()
    found = queries.get_letter_of_employer(employer, code)
    return _withdraw(found, Side.EMPLOYER, company=employer)


@bp.route("/me/agreements/<code>/withdraw", methods=["GET", "POST"])
@requires(Permission.STUDENT_SELF)
def withdraw_own_letter(code: str) -> ResponseReturnValue:
    """Take a letter back, with a reason."""
    return _withdraw(queries.get_letter_of_student(own_student(), code), Side.STUDENT)


def _draft(intent: Intent, side: Side, back: str, **more: object) -> ResponseReturnValue:
    form = LetterForm(data=LetterForm.from_position(intent.position))
    if form.validate_on_submit():
        try:
            with transaction():
                made = services.draft_letter(intent, form.to_terms(), side=side, by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            return _to(made, side)
    return _letter_form(form, side, back, _("Write the letter of intent"), intent, **more)


def _edit(found: Agreement, side: Side, **more: object) -> ResponseReturnValue:
    form = LetterForm(data=LetterForm.from_letter(found))
    if form.validate_on_submit():
        try:
            with transaction():
                services.redraft_letter(found, form.to_terms(), side=side, by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            say(_("Changed. Read it again and sign."))
            return _to(found, side)
    back = url_for(PAGES[side], code=found.public_code)
    return _letter_form(form, side, back, _("Change the letter of intent"), found.intent, **more)


def _letter_form(
    form: LetterForm, side: Side, back: str, title: str, intent: Intent, **more: object
) -> ResponseReturnValue:
    return answer(
        "intents/letter_form.html",
        form,
        layout=LAYOUTS[side],
        title=title,
        back=back,
        intent=intent,
        side=side,
        **more,
    )


def _sign(found: Agreement, side: Side) -> ResponseReturnValue:
    form = SignForm()
    if not form.validate_on_submit():
        return _show(found, side, form)
    try:
        with transaction():
            signed = services.sign_letter(
                found, side=side, by=current_user, sha256=form.sha256.data or ""
            )
    except DomainError as error:
        say_refusal(error)
    else:
        both = signed.status is AgreementStatus.SIGNED
        say(_("Signed by both. Its number is issued.") if both else _("Signed."))
    return _to(found, side)


def _withdraw(found: Agreement, side: Side, **more: object) -> ResponseReturnValue:
    form = WhyForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.withdraw_letter(
                    found, side=side, by=current_user, reason=form.reason.data or ""
                )
        except DomainError as error:
            say_refusal(error)
        else:
            say(_("Withdrawn."))
        return _to(found, side)
    return answer(
        "intents/withdraw_letter.html",
        form,
        letter=found,
        layout=LAYOUTS[side],
        back=url_for(PAGES[side], code=found.public_code),
        side=side,
        **more,
    )


def _show(found: Agreement, side: Side, form: SignForm | None = None) -> ResponseReturnValue:
    intent = found.intent
    is_open = found.status is AgreementStatus.PROPOSED
    address = external_url("intents.verify", code=found.public_code)
    may_go_back = side is Side.STUDENT or not intent.is_taken_back
    back = "intents.my_intent" if side is Side.STUDENT else "intents.candidate"
    page = render_template(
        "intents/letter.html",
        letter=found,
        intent=intent,
        fair=intent.fair,
        side=side,
        form=form or SignForm(formdata=None, data={"sha256": found.text_sha256}),
        halves=signatures(found, side),
        clause_zh=CLAUSE_ZH,
        digest=short_hash(found.text_sha256),
        qr=qr_svg(address) if found.number else None,
        day=local(intent.fair.starts_at, intent.fair.time_zone).date(),
        may_sign=is_open and found.signed_at(side) is None,
        may_edit=is_open and found.proposed_by is side,
        back_url=url_for(back, uid=intent.uid) if may_go_back else url_for("intents.candidates"),
    )
    return page, 422 if form is not None and form.errors else 200


def _to(found: Agreement, side: Side) -> Response:
    return redirect(url_for(PAGES[side], code=found.public_code), 303)
