"""Browsers that ask for English unless a request says otherwise, for the rooms that import them."""

import pytest


@pytest.fixture
def client(client):
    """One of them."""
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def new_client(new_client):
    """As many of them as are opened."""

    def open_browser():
        browser = new_client()
        browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        return browser

    return open_browser
