"""Why a position fits somebody, in words that every room's pages may use."""

from flask_babel import gettext

from app.participations.queries import Reason
from app.places.majors import Match
from app.places.states import EducationLevel


def say_why(reason: Reason, major: str) -> str:
    """A reason in words: the level asked, then how the majors match."""
    return " · ".join((_say_level(reason.level), _say_majors(reason, major)))


def _say_level(level: EducationLevel | None) -> str:
    if level is None:
        return gettext("Any level")
    if level is EducationLevel.DOCTORAL:
        return gettext(level.label)
    return gettext("%(level)s or higher", level=gettext(level.label))


def _say_majors(reason: Reason, major: str) -> str:
    if reason.match is Match.SAME:
        return gettext("asks for your major, %(wish)s", wish=reason.wish)
    if reason.match is Match.PART:
        return gettext("%(wish)s fits your major, %(major)s", wish=reason.wish, major=major)
    if reason.match is Match.CATEGORY:
        return gettext("%(wish)s includes your major", wish=reason.wish)
    return gettext("any major")
