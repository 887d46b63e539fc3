"""What goes to the printer: bundles as PDF files made by a job, or printed from the browser."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext, ngettext
from flask_login import current_user

from app.core.errors import Gone, NotFound
from app.core.fonts import find_fonts
from app.core.qr import qr_svg
from app.core.text import N_
from app.core.transaction import transaction
from app.participations import queries, services
from app.participations.models import PrintJob
from app.participations.plan import PlanView
from app.participations.prints.reading import read_content
from app.participations.states import UNFINISHED, BadgeSize, Bundle, PrintStatus
from app.participations.views.door import bp
from app.participations.views.layout import ASSIGN, fair_to_lay_out
from app.tours.models import Fair
from app.web.access import requires
from app.web.downloads import send_stored
from app.web.forms import answer

ICONS = {
    Bundle.SIGNS: "signpost-2",
    Bundle.CARDS: "card-heading",
    Bundle.BADGES: "person-badge",
    Bundle.BOOTH_POSTERS: "qr-code",
    Bundle.POSITIONS: "list-ul",
    Bundle.PROGRAMME: "book",
    Bundle.PLAN: "map",
    Bundle.EMPLOYER_SHEET: "pencil-square",
    Bundle.STUDENT_SHEET: "people",
}


@dataclass(frozen=True)
class Line:
    """One bundle on the page: what it is, how much, and its last job."""

    bundle: Bundle
    icon: str
    what: str
    job: PrintJob | None


@bp.get("/staff/fairs/<slug>/print")
@requires(ASSIGN)
def printing(slug: str) -> ResponseReturnValue:
    """Every bundle with its state."""
    fair = fair_to_lay_out(slug)
    jobs, counts = queries.last_jobs(fair), queries.count_to_print(fair)
    lines = [Line(one, ICONS[one], _what(one, counts), jobs.get(one)) for one in Bundle]
    return answer(
        "participations/printing.html",
        fair=fair,
        lines=lines,
        counts=counts,
        has_font=find_fonts() is not None,
        sizes=list(BadgeSize),
    )


def _what(bundle: Bundle, counts: dict[str, int]) -> str:
    if bundle is Bundle.PLAN:
        return gettext("All halls with the employers' names")
    if bundle is Bundle.STUDENT_SHEET:
        return gettext("Short code, masked name and phone: for a day without power")
    if bundle is Bundle.BADGES:
        text = ngettext("%(num)s person named", "%(num)s people named", counts["people"])
        return str(gettext("%(people)s, and the staff of the doors", people=text))
    return str(ngettext("%(num)s employer", "%(num)s employers", counts["employers"]))


def read_bundle(name: str) -> Bundle:
    """The bundle an address names."""
    try:
        return Bundle(name)
    except ValueError:
        raise NotFound() from None


@bp.post("/staff/fairs/<slug>/print/<bundle>")
@requires(ASSIGN)
def order_print(slug: str, bundle: str) -> ResponseReturnValue:
    """Have a bundle made; the page shows how far it is."""
    fair, wanted = fair_to_lay_out(slug), read_bundle(bundle)
    size = request.form.get("size", "")
    if find_fonts() is None:
        flash(gettext("This machine has no Chinese font, so no PDF can be made here."), "warning")
    else:
        with transaction():
            services.order_print(
                fair,
                wanted,
                size=size if size in list(BadgeSize) else "",
                locale=str(get_locale()),
                by=current_user,
            )
    return redirect(url_for("participations.printing", slug=slug, _anchor=wanted.value), 303)


@bp.get("/staff/fairs/<slug>/print/<bundle>")
@requires(ASSIGN)
def print_view(slug: str, bundle: str) -> ResponseReturnValue:
    """The same pages for the browser's own printing."""
    fair, wanted = fair_to_lay_out(slug), read_bundle(bundle)
    content = read_content(fair, wanted)
    for booth in content.plan.booths:
        booth.href = f"#plan-{booth.code}"
    return answer(
        "participations/print_view.html",
        fair=fair,
        bundle=wanted,
        content=content,
        sheets=content.sheet,
        size=BadgeSize.A6 if request.args.get("size") == BadgeSize.A6 else BadgeSize.CARD,
        draw_code=qr_svg,
        back_url=url_for("participations.printing", slug=slug),
        **_zones(content.plan),
    )


def _zones(plan: PlanView) -> dict[str, Any]:
    return {"halls": plan.halls, "zones": plan.zones}


@bp.get("/staff/fairs/<slug>/print-jobs/<uid>")
@requires(ASSIGN)
def print_job(slug: str, uid: str) -> ResponseReturnValue:
    """How far a job is: the part of the page that looks again by itself."""
    fair, job = _job(slug, uid)
    return render_template("participations/_print_job.html", fair=fair, job=job)


def _job(slug: str, uid: str) -> tuple[Fair, PrintJob]:
    fair = fair_to_lay_out(slug)
    return fair, queries.get_print_job(fair, uid)


@bp.get("/staff/fairs/<slug>/print-jobs/<uid>/file")
@requires(ASSIGN)
def print_file(slug: str, uid: str) -> ResponseReturnValue:
    """The finished PDF."""
    _fair, job = _job(slug, uid)
    if job.status is PrintStatus.EXPIRED:
        raise Gone(N_("This file has expired. Have it made again."))
    if job.status is not PrintStatus.DONE or not job.file_key:
        raise NotFound()
    return send_stored(job)


@bp.post("/staff/fairs/<slug>/print-jobs/<uid>/cancel")
@requires(ASSIGN)
def cancel_print(slug: str, uid: str) -> ResponseReturnValue:
    """Nobody wants it any more."""
    _fair, job = _job(slug, uid)
    if job.status in UNFINISHED:
        with transaction():
            services.cancel_print(job)
        flash(gettext("Cancelled"), "success")
    return redirect(url_for("participations.printing", slug=slug, _anchor=job.bundle.value), 303)
