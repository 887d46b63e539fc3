"""What a ticket is worth, as stories that the server and the phone must tell alike.

A step is (what, minutes after the doors opened, verdict); ``let in``, ``turn away`` and ``void``
speak about the scan before them. The fair lasts 180 minutes from its doors.
"""

from datetime import UTC, datetime, timedelta

OPENS = datetime(2026, 3, 15, 1, 0, tzinfo=UTC)
LASTS = 180
DAY = 24 * 60


def at(minutes):
    return OPENS + timedelta(minutes=minutes)


# name → (policy, the fair's status, the ticket, steps)
CASES = {
    "a ticket is green once": (
        "reentry",
        "published",
        {},
        [("in", 5, "admitted"), ("in", 9, "already_admitted")],
    ),
    "whoever went out comes back": (
        "reentry",
        "published",
        {},
        [
            ("in", 5, "admitted"),
            ("out", 20, "exited"),
            ("in", 30, "re_entry"),
            ("in", 31, "already_admitted"),
            ("out", 40, "exited"),
            ("in", 50, "re_entry"),
        ],
    ),
    "an exit nobody saw the entry of counts": (
        "reentry",
        "published",
        {},
        [("out", 5, "exited"), ("in", 9, "re_entry"), ("in", 10, "already_admitted")],
    ),
    "once is once, also after an exit": (
        "once",
        "published",
        {},
        [("in", 5, "admitted"), ("out", 20, "exited"), ("in", 30, "already_admitted")],
    ),
    "free is free": (
        "free",
        "published",
        {},
        [
            ("in", 5, "admitted"),
            ("in", 9, "re_entry"),
            ("out", 20, "exited"),
            ("in", 30, "re_entry"),
        ],
    ),
    "every day anew": (
        "daily",
        "published",
        {"lasts": 3 * DAY},
        [
            ("in", 5, "admitted"),
            ("in", 9, "already_admitted"),
            ("out", 20, "exited"),
            ("in", 30, "already_admitted"),
            ("in", DAY + 5, "admitted"),
            ("in", DAY + 6, "already_admitted"),
        ],
    ),
    "a day begins at midnight of the fair's zone": (
        "daily",
        "published",
        {"lasts": 3 * DAY},
        # 09:00 in Shanghai and 15 hours: midnight there, 16:00 in Greenwich.
        [("in", 899, "admitted"), ("in", 901, "admitted")],
    ),
    "before the doors": ("reentry", "published", {}, [("in", -1, "not_open")]),
    "at the very minute": ("reentry", "published", {}, [("in", 0, "admitted")]),
    "after the end": ("reentry", "published", {}, [("in", LASTS, "over")]),
    "leaving is allowed at any time": (
        "reentry",
        "published",
        {},
        [("in", 5, "admitted"), ("out", LASTS + 30, "exited")],
    ),
    "a cancelled fair is not open": ("reentry", "cancelled", {}, [("in", 5, "not_open")]),
    "a postponed fair is not open": ("reentry", "postponed", {}, [("in", 5, "not_open")]),
    "a closed fair takes who came in its time": ("reentry", "closed", {}, [("in", 5, "admitted")]),
    "whoever waits, waits": (
        "reentry",
        "published",
        {"status": "waitlisted"},
        [("in", 5, "waitlisted"), ("out", 6, "waitlisted")],
    ),
    "waiting comes before the doors": (
        "reentry",
        "published",
        {"status": "waitlisted"},
        [("in", -5, "waitlisted")],
    ),
    "a cancelled registration": (
        "reentry",
        "published",
        {"status": "cancelled", "since": 10},
        [("in", 11, "revoked")],
    ),
    "a new ticket ends the old one": (
        "reentry",
        "published",
        {"revoked": 10},
        [("in", 9, "admitted"), ("in", 10, "revoked"), ("out", 11, "revoked")],
    ),
    "nobody knows it": ("reentry", "published", {"foreign": True}, [("in", 5, "unknown")]),
    "let in before the doors is in": (
        "reentry",
        "published",
        {},
        [("in", -5, "not_open"), ("let in", -5, None), ("in", 5, "already_admitted")],
    ),
    "turned away before the doors is not": (
        "reentry",
        "published",
        {},
        [("in", -5, "not_open"), ("turn away", -5, None), ("in", 5, "admitted")],
    ),
    "an undone entry leaves the ticket good": (
        "reentry",
        "published",
        {},
        [("in", 5, "admitted"), ("void", 6, None), ("in", 7, "admitted")],
    ),
    "an undone exit never was": (
        "reentry",
        "published",
        {},
        [
            ("in", 5, "admitted"),
            ("out", 6, "exited"),
            ("void", 7, None),
            ("in", 8, "already_admitted"),
        ],
    ),
}

# What a text is: (text, kind, the code as it was meant). Codes are made from "body", see below.
BODY = "0123456789ABCDEFGHJKMNPQRS"


def reading_cases(code):
    """Texts and what they are, for one valid ticket code."""
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    return [
        (code, "ticket"),
        (f"https://fair.example.org/t/{code}", "ticket"),
        (f"HTTPS://FAIR.EXAMPLE.ORG/T/{code}", "ticket"),
        (f"https://fair.example.org/t/{code}?from=wechat#x", "ticket"),
        (f"https://fair.example.org/t/{code}/", "ticket"),
        (code.lower().replace("0", "o").replace("1", "l"), "ticket"),
        (f"  {code[:4]}-{code[4:10]} {code[10:]} ", "ticket"),
        ("".join(chr(ord(ch) + 0xFEE0) for ch in code), "ticket"),
        (wrong, "foreign"),
        (f"https://fair.example.org/x/{code}", "foreign"),
        (f"https://fair.example.org/t/{wrong}", "foreign"),
        (code[:-1], "foreign"),
        ("7K4-M92", "short"),
        ("7k4m9u", "short"),
        (" ７Ｋ４Ｍ９２ ", "short"),
        ("7K4M9O", "foreign"),
        ("7K4M9", "foreign"),
        ("https://example.org/menu", "foreign"),
        ("你好", "foreign"),
        ("🎫" * 6, "foreign"),
        ("\x00\x01", "foreign"),
        ("A" * 600, "foreign"),
    ]
