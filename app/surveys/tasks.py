"""Sending the links of a survey; closing surveys whose time is over."""

import logging

from app.core.clock import utcnow
from app.core.transaction import end_reading, transaction
from app.jobs.errands import Errand, advance, finish
from app.jobs.queue import every, job
from app.surveys import queries, services
from app.surveys.states import SurveyStatus

log = logging.getLogger(__name__)


@job("surveys.invite")
def invite(errand: Errand, survey_id: int) -> None:
    """Go on where the last commit stood: nobody gets two links, nobody none."""
    last: int | None = 0
    while last is not None:
        with transaction():
            survey = queries.find_survey_by_id(survey_id)
            last = None if survey is None else services.invite_some(survey)
            if last is None:
                finish(errand)
            else:
                advance(errand, last)
    log.info("survey %d is sent", survey_id)


@every(15, "surveys.close-due")
def close_due() -> None:
    """Close what nobody closed: only then are the links forgotten."""
    due = queries.list_due(utcnow())
    end_reading()
    for survey_id in due:
        with transaction():
            survey = queries.find_survey_by_id(survey_id)
            if survey is not None and survey.status is SurveyStatus.OPEN:
                services.close_survey(survey, by=None)
