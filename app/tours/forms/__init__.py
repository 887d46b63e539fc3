"""Forms of this room."""

from app.tours.forms.fair import CopyForm, FairForm
from app.tours.forms.life import CancelForm, DocumentForm, PostponeForm, PutBackForm
from app.tours.forms.route import StopForm, TourForm

__all__ = [
    "CancelForm",
    "CopyForm",
    "DocumentForm",
    "FairForm",
    "PostponeForm",
    "PutBackForm",
    "StopForm",
    "TourForm",
]
