import json

import pytest

from app.reports.services import seed_reference_years


def test_the_annual_report_as_json(app):
    seed_reference_years()
    run = app.test_cli_runner().invoke(
        args=["reports", "annual", "--year", "2022", "--as-of", "2022-10-15", "--json"]
    )
    assert run.exit_code == 0, run.output
    report = json.loads(run.output)
    assert (report["year"], report["as_of"]) == (2022, "2022-10-15")
    figures = report["figures"]
    assert [
        (figures[key]["value"], figures[key]["last_year"], figures[key]["ratio_to_last_year"])
        for key in ("fairs", "positions", "intents")
    ] == [(651, 446, 146), (818_000, 496_000, 165), (80_000, 67_000, 119)]
    assert figures["fairs"]["last_year_reconstructed"] is True
    assert figures["fairs"]["reconstructed"] is False
    assert figures["fairs"]["year_on_year"] is None
    assert report["targets"]["doctoral"]["completion"] == 161.33
    assert report["targets"]["masters"]["completion"] == 110.17


def test_the_annual_report_as_a_table(app):
    seed_reference_years()
    run = app.test_cli_runner().invoke(args=["reports", "annual", "--year", "2022"])
    assert run.exit_code == 0, run.output
    assert "2022, as of 2022-10-15" in run.output
    assert "146%" in run.output
    assert "161.33%" in run.output


@pytest.mark.parametrize("wrong", [["--year", "22"], [], ["--year", "2022", "--as-of", "tomorrow"]])
def test_wrong_arguments_are_refused(app, wrong):
    assert app.test_cli_runner().invoke(args=["reports", "annual", *wrong]).exit_code == 2
