"""A company's own file."""

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core import files
from app.core.clock import today
from app.core.errors import DomainError, StaleVersion
from app.core.transaction import end_reading, transaction
from app.employers import services
from app.employers.forms import LicenceForm, ProfileForm
from app.employers.models import Employer
from app.employers.states import EmployerStatus
from app.employers.views.door import bp, own_employer
from app.places.queries import list_delegations
from app.web.access import requires
from app.web.downloads import send_stored
from app.web.forms import SelectChoice, answer, uploaded
from app.web.i18n import bilingual

OPEN = (EmployerStatus.PENDING, EmployerStatus.RETURNED)


@bp.route("/employer/profile", methods=["GET", "POST"])
@requires(Permission.EMPLOYER_EDIT)
def profile() -> ResponseReturnValue:
    """Are the papers valid; what does the company say about itself?"""
    employer = own_employer()
    form = _profile_form(employer)
    if form.validate_on_submit():
        try:
            with transaction():
                services.edit_profile(
                    employer,
                    form.to_profile(),
                    version=int(form.version.data or 0),
                    by=current_user,
                )
        except StaleVersion:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("Saved"), "success")
            return redirect(url_for("employers.profile"), 303)
    return answer("employers/profile.html", form, **_context(employer))


def _profile_form(employer: Employer) -> ProfileForm:
    form = ProfileForm(obj=employer)
    if not form.is_submitted():
        form.uscc.data = _number_of(employer)
    form.delegation_id.choices = [
        SelectChoice("", gettext("Not yet")),
        *(SelectChoice(row.id, bilingual(row, "name")) for row in list_delegations()),
    ]
    if employer.status not in OPEN:
        # Reviewed facts: kept as they are whatever a browser sends.
        form.name.validators, form.uscc.validators = (), ()
        form.name.data = employer.name
        form.uscc.data = _number_of(employer)
    return form


def _number_of(employer: Employer) -> str:
    return employer.uscc or employer.registration_number or ""


def _context(employer: Employer) -> dict[str, object]:
    return {
        "employer": employer,
        "papers": employer.papers_on(today()),
        "is_open": employer.status in OPEN,
        "licence_form": LicenceForm(prefix="licence", valid_until=employer.licence_valid_until),
    }


@bp.post("/employer/profile/licence")
@requires(Permission.EMPLOYER_EDIT)
def upload_licence() -> ResponseReturnValue:
    """A new licence, in place of the one before."""
    employer = own_employer()
    form = LicenceForm(prefix="licence")
    chosen = uploaded(form.licence)
    if form.validate_on_submit() and chosen is None:
        form.licence.errors = [gettext("Choose a file first.")]
    elif not form.errors and chosen is not None:
        end_reading()
        limit = current_app.config["SETTINGS"].max_upload_mb * 1_000_000
        try:
            kept = files.keep(*chosen, limit=limit)
        except files.FileRefused as error:
            error.field = "licence"
            form.refuse(error)
        else:
            with transaction():
                old = services.attach_licence(
                    employer, kept, valid_until=form.valid_until.data, by=current_user
                )
            files.drop(old)
            flash(gettext("The licence is here."), "success")
            return redirect(url_for("employers.profile"), 303)
    context = _context(employer) | {"licence_form": form, "faulty": form}
    return render_template("employers/profile.html", form=_fresh(employer), **context), 422


def _fresh(employer: Employer) -> ProfileForm:
    """The profile's form as it is kept, beside a form that was refused."""
    form = _profile_form(employer)
    form.process(formdata=None, obj=employer)
    form.uscc.data = _number_of(employer)
    return form


@bp.get("/employer/profile/licence")
@requires(Permission.EMPLOYER_EDIT)
def own_licence() -> ResponseReturnValue:
    """The licence that was uploaded."""
    employer = own_employer()
    if employer.file_key is None:
        flash(gettext("No licence was uploaded yet."), "warning")
        return redirect(url_for("employers.profile"))
    return send_stored(employer)


@bp.post("/employer/profile/resubmit")
@requires(Permission.EMPLOYER_EDIT)
def resubmit() -> ResponseReturnValue:
    """The changes are made; please look again."""
    employer = own_employer()
    with transaction():
        services.resubmit(employer, by=current_user)
    flash(gettext("Handed in again."), "success")
    return redirect(url_for("employers.profile"), 303)
