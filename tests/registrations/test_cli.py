from app.registrations import services
from tests.factories import make_coming_fair
from tests.factories.registrations import make_registration


def test_the_codes_of_a_fair_are_printed_one_a_line(app):
    fair = make_coming_fair(capacity=2)
    first, second, _waiting = (make_registration(fair) for _ in range(3))
    services.reissue_ticket(first, by=None, why="lost")
    result = app.test_cli_runner().invoke(args=["registrations", "codes", fair.slug])
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        f"http://localhost/t/{services.ticket_code(row.ticket)}" for row in (first, second)
    ]


def test_an_unknown_fair_is_said_so(app):
    result = app.test_cli_runner().invoke(args=["registrations", "codes", "nowhere"])
    assert result.exit_code != 0
    assert "no fair called nowhere" in result.output
