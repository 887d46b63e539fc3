"""Surveys: opened and read by planners, answered by whoever has a link."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import utcnow
from app.core.errors import DomainError, Forbidden, NotFound
from app.core.sheets import CSV, XLSX, csv_bytes, xlsx_book
from app.core.text import shorten
from app.core.transaction import transaction
from app.notices.queries import outcomes_of
from app.notices.services import TextOffer, offer_texts
from app.questions import queries as questions_of
from app.questions.asking import fill, form_with, values_of
from app.questions.models import Question
from app.questions.states import Occasion
from app.surveys import queries, services
from app.surveys.exports import counted_rows, headings, in_counts, result_book, text_rows
from app.surveys.forms import ClosingForm
from app.surveys.models import Survey
from app.surveys.states import AUDIENCES, FEWEST_SHOWN, SurveyStatus
from app.tours import queries as tours
from app.tours.models import Fair
from app.web.access import public, requires
from app.web.downloads import send_bytes
from app.web.forms import Form, answer
from app.web.i18n import is_english
from app.web.limits import limiter

bp = Blueprint("surveys", __name__)
P = Permission.FAIR_EDIT
HOME = "/staff/fairs/<slug>/survey"
# As many texts as a page of results shows before it leads to all of them.
SAMPLE = 3
ALL_TEXTS = 100_000


@bp.get(HOME)
@requires(P)
def survey(slug: str) -> ResponseReturnValue:
    """What do those who came say? For each audience: prepare, open, watch, read."""
    fair = _fair(slug)
    return _page(fair, {})


@bp.post(HOME + "/<occasion>/usual")
@requires(P)
def take_usual(slug: str, occasion: str) -> ResponseReturnValue:
    """Ask what most organisers ask."""
    fair, audience = _fair(slug), _audience(occasion)
    with transaction():
        taken = services.take_usual_questions(fair, audience, by=current_user)
    flash(_("Questions taken over: %(n)s", n=taken), "success")
    return _back(slug, occasion)


@bp.post(HOME + "/<occasion>/open")
@requires(P)
def open_survey(slug: str, occasion: str) -> ResponseReturnValue:
    """Send the link to everybody who came; for an open survey, move its last day."""
    fair, audience = _fair(slug), _audience(occasion)
    form = ClosingForm()
    form.offer(fair)
    found = queries.find_survey(fair, audience)
    if form.validate_on_submit():
        closes_at = form.to_moment(fair)
        try:
            with transaction():
                if found is None:
                    services.open_survey(
                        fair,
                        audience,
                        closes_at=closes_at,
                        by=current_user,
                        by_text=bool(form.by_text.data),
                    )
                else:
                    services.move_closing(found, closes_at=closes_at, by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            text = _("The survey is open; the links are on their way.") if not found else _("Saved")
            flash(text, "success")
            return _back(slug, occasion)
    return _page(fair, {audience: form})


@bp.route(HOME + "/<occasion>/close", methods=["GET", "POST"])
@requires(P)
def close_survey(slug: str, occasion: str) -> ResponseReturnValue:
    """Ask once, then close it for good."""
    fair = _fair(slug)
    found = queries.get_survey(fair, _audience(occasion))
    if request.method == "GET":
        came = queries.count_answered(found)
        return answer("surveys/close.html", None, fair=fair, survey=found, answered=came)
    with transaction():
        services.close_survey(found, by=current_user)
    flash(_("The survey is closed. These are its results."), "success")
    return _back(slug, occasion)


@bp.get(HOME + "/<occasion>/texts/<question_uid>")
@requires(P)
def texts(slug: str, occasion: str, question_uid: str) -> ResponseReturnValue:
    """Everything that was written to one question."""
    fair, audience = _fair(slug), _audience(occasion)
    question = questions_of.get_question(fair, audience, question_uid)
    found = queries.find_survey(fair, audience)
    if found is None or not question.is_text:
        raise NotFound()
    page = queries.page_texts(found, question, request.args.get("page", 1, type=int))
    return answer("surveys/texts.html", None, fair=fair, question=question, page=page)


@bp.get(HOME + "/<occasion>/results.<kind>")
@requires(P)
def results_table(slug: str, occasion: str, kind: str) -> ResponseReturnValue:
    """The results as a table."""
    fair = _fair(slug)
    found = queries.find_survey(fair, _audience(occasion))
    if found is None or kind not in ("xlsx", "csv"):
        raise NotFound()
    results = queries.results_of(found)

    def written(question: Question) -> Any:
        return queries.page_texts(found, question, size=ALL_TEXTS).items

    name = f"{fair.slug}-{occasion}.{kind}"
    if kind == "csv":
        rows = [*counted_rows(results), *text_rows(results, written)]
        return send_bytes(csv_bytes(headings(), rows), name=name, media_type=CSV)
    body = xlsx_book(result_book(results, written))
    return send_bytes(body, name=name, media_type=XLSX)


# ---------------------------------------------------------------------------- by link


@bp.route("/s/<token>", methods=["GET", "POST"])
@public
@limiter.limit("20/minute", key_func=lambda: f"survey:{request.path}", methods=["POST"])
def respond(token: str) -> ResponseReturnValue:
    """Say how it was, without signing in; say it again until it closes."""
    found = queries.get_survey_of_token(token)
    if not found.is_open_at(utcnow()):
        raise services.SurveyClosed()
    response = queries.get_response(found, token)
    asked = questions_of.list_asked(found.fair, found.occasion)
    form = form_with(Form, asked)()
    if not form.is_submitted():
        fill(form, asked, queries.values_of(response))
    if form.validate_on_submit():
        ids = frozenset(row.id for row in asked)
        try:
            with transaction():
                services.answer_survey(token, values_of(form, asked), asked=ids)
        except (services.SurveyClosed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect(url_for(".respond", token=token, thanks="yes"), 303)
    page = answer(
        "surveys/respond.html",
        form,
        survey=found,
        fair=found.fair,
        questions=asked,
        is_answered=response.answered_on is not None,
        thanks="thanks" in request.args and response.answered_on is not None,
        here=url_for(".respond", token=token),
    )
    return _unkept(page)


def _unkept(page: Any) -> Response:
    """Nobody keeps a copy, no search engine lists it, no other site learns the address."""
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


# ---------------------------------------------------------------------------- pieces


def _page(fair: Fair, forms: dict[Occasion, ClosingForm]) -> ResponseReturnValue:
    cards = [_card(fair, audience, forms.get(audience)) for audience in AUDIENCES]
    faulty = next((form for form in forms.values() if form.errors), None)
    return answer(
        "surveys/survey.html",
        faulty,
        fair=fair,
        cards=cards,
        fewest=FEWEST_SHOWN,
        may_open=services.may_open(fair),
        hint_title=shorten(fair.title_in("en" if is_english() else None)),
        in_counts=in_counts,
    )


def _card(fair: Fair, audience: Occasion, form: ClosingForm | None) -> dict[str, Any]:
    found = queries.find_survey(fair, audience)
    if form is None:
        form = ClosingForm(formdata=None)
        form.offer(fair)
    is_open = found is not None and found.status is SurveyStatus.OPEN
    results = queries.results_of(found) if found is not None else []
    return {
        "audience": audience,
        "survey": found,
        "form": form,
        "is_open": is_open,
        "asked": questions_of.list_asked(fair, audience),
        "to_ask": queries.count_to_ask(fair, audience) if found is None else 0,
        "texts": _texts(fair, audience) if found is None else None,
        "texted": outcomes_of([found.cause])[found.cause].texts if found and found.texts else None,
        "answered": queries.count_answered(found) if found is not None else 0,
        "results": results,
        "samples": _samples(found, results),
    }


def _texts(fair: Fair, audience: Occasion) -> TextOffer | None:
    """What text messages to those without an e-mail would take, and what is left."""
    return offer_texts(services.HINT, queries.count_to_text(fair, audience), fair.id)


def _samples(found: Survey | None, results: list[queries.Result]) -> dict[int, Any]:
    """The first texts of each question answered in words, and how many there are."""
    if found is None:
        return {}
    return {
        one.question.id: queries.page_texts(found, one.question, size=SAMPLE)
        for one in results
        if one.question.is_text
    }


def _back(slug: str, occasion: str) -> ResponseReturnValue:
    return redirect(url_for(".survey", slug=slug, _anchor=occasion), 303)


def _audience(name: str) -> Occasion:
    if name not in {audience.value for audience in AUDIENCES}:
        raise NotFound()
    return Occasion(name)


def _fair(slug: str) -> Fair:
    fair = tours.get_fair_within(slug, current_user.scope_of(Permission.FAIR_READ))
    if not tours.may_change(fair, current_user.scope_of(P)):
        raise Forbidden()
    return fair
