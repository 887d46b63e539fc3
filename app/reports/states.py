"""The figures that targets and totals speak of."""

from app.core.states import Word
from app.core.text import N_


class Measure(Word):
    """A figure of the yearly report; DOMAIN section 7 defines each."""

    FAIRS = "fairs", N_("Fairs held")
    EMPLOYERS = "employers", N_("Employers")
    EMPLOYER_VISITS = "employer_visits", N_("Employer attendances")
    POSITIONS = "positions", N_("Positions offered")
    OPENINGS = "openings", N_("Openings")
    REGISTERED = "registered", N_("Registered")
    ATTENDED = "attended", N_("People who came")
    ATTENDANCES = "attendances", N_("Visits")
    RESUMES = "resumes", N_("Resumes received")
    INTENTS = "intents", N_("People with an intent")
    INTENT_PAIRS = "intent_pairs", N_("Intents reached")
    AGREEMENTS = "agreements", N_("Letters of intent")
    CONTRACTS = "contracts", N_("Contracts")
    DOCTORAL = "doctoral", N_("Doctoral graduates recruited")
    MASTERS = "masters", N_("Master's graduates recruited")
    GRADUATES = "graduates", N_("Graduates recruited")
    ONLINE_VISITORS = "online_visitors", N_("Online visitors")
