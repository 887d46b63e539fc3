from app.web.templating import url_if, url_with


def test_one_filter_changes_and_the_others_stay(app):
    with app.test_request_context("/fairs/x?q=a&level=masters&page=3"):
        assert url_with(level=None, page=None) == "/fairs/x?q=a"
        assert url_with(q="机械") == "/fairs/x?level=masters&page=3&q=%E6%9C%BA%E6%A2%B0"


def test_a_query_cannot_speak_to_the_router(app):
    with app.test_request_context(
        "/fairs/x?endpoint=evil&_external=1&_scheme=javascript&_anchor=y"
    ):
        assert url_with(page=2).startswith("/fairs/x?endpoint=evil")


def test_an_address_that_does_not_exist_is_nothing(app):
    with app.test_request_context("/"):
        assert url_if("no.such") == ""
        assert url_if("pages.fair") == ""
        assert url_if("pages.fair", slug="x") == "/fairs/x"
