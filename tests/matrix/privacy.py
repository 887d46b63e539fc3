"""Who may enter the pages of data rights."""

ROWS = {
    "privacy.notice": "everybody",
    "privacy.me": "signed_in",
    "privacy.data": {"student"},
    "privacy.export": {"student"},
    "privacy.export_sheets": {"student"},
    "privacy.withdraw_news": {"student"},
    "privacy.close": {"student"},
    "privacy.close_now": {"student"},
}
