"""Absolute addresses come from the configuration, never from a request's Host."""

from typing import Any

from flask import current_app, has_request_context, url_for


def external_url(endpoint: str, **args: Any) -> str:
    """An address of ours to be sent by mail, printed or put into a QR code."""
    base = str(current_app.config["PUBLIC_URL"]).rstrip("/")
    if has_request_context():
        return base + url_for(endpoint, **args)
    with current_app.test_request_context():
        return base + url_for(endpoint, **args)
