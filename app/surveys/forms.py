"""When a survey closes."""

from datetime import datetime, time, timedelta

from flask_babel import lazy_gettext as _

from app.core.clock import at_zone, today
from app.surveys.states import MOST_DAYS, USUAL_DAYS
from app.tours.models import Fair
from app.web.forms import BooleanField, DateField, Form, required


class ClosingForm(Form):
    """The last day on which answers are taken."""

    closes_on = DateField(_("Last day for answers"), [required(_("Choose a day."))])

    by_text = BooleanField(_("Text messages"))

    def offer(self, fair: Fair) -> None:
        """Suggest the usual time and let the browser offer what is allowed."""
        day = today(fair.time_zone)
        first, last = day + timedelta(days=1), day + timedelta(days=MOST_DAYS)
        self.closes_on.render_kw = {"min": first.isoformat(), "max": last.isoformat()}
        if self.closes_on.data is None and not self.is_submitted():
            self.closes_on.data = day + timedelta(days=USUAL_DAYS)

    def to_moment(self, fair: Fair) -> datetime:
        """The end of that day, as clocks at the fair show it."""
        day = self.closes_on.data + timedelta(days=1)
        return at_zone(datetime.combine(day, time.min), fair.time_zone)
