"""The parts every page is built from: what they promise to people, readers and the browser."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired

from app.core.paging import Page
from app.web import assets, formatting, icons, templating
from app.web.forms import filled

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
LEVELS = [SelectChoice(value=text, label=text) for text in ("Doctorate", "Master's")]


class AboutYou(FlaskForm):
    name = StringField(
        "Full name",
        [DataRequired("Type your name.")],
        description="As on your student card",
        render_kw={"autocomplete": "name", "class": "xp-w-20"},
    )
    level = RadioField("Level", [DataRequired("Choose a level.")], choices=LEVELS)
    zones = SelectMultipleField("Zones", choices=LEVELS)
    cv = FileField("Resume")
    school_id = HiddenField()
    agree = BooleanField("I agree", [DataRequired("Read it and agree first.")])


class Unsaid(FlaskForm):
    city = StringField("City", [filled()])


@pytest.fixture
def kit():
    """Render a scrap of template with the kit, as a page would."""
    app = Flask("app", root_path=str(TEMPLATES.parent / "app"), template_folder=str(TEMPLATES))
    app.config.update(SECRET_KEY="for this test", WTF_CSRF_ENABLED=False)
    Babel(app, default_locale="en")
    formatting.init_app(app)
    assets.init_app(app)
    templating.init_app(app, icon=icons.icon)
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    app.add_url_rule("/list/<kind>", "list", lambda kind: kind)

    def draw(scrap: str, path: str = "/list/fairs", data: dict | None = None, **names) -> str:
        method = "POST" if data is not None else "GET"
        with app.test_request_context(path, method=method, data=data):
            if "form" in names:
                names["form"] = names["form"]()
                if data is not None:
                    names["form"].validate()
            return app.jinja_env.from_string(scrap).render(**names)

    return draw


def test_a_field_ties_its_label_hint_and_error_together(kit):
    scrap = "{% from 'components/field.html' import field %}{{ field(form.name) }}"
    drawn = kit(scrap, form=AboutYou, data={"name": ""})
    assert '<label class="form-label" for="name">Full name</label>' in drawn
    assert '<div class="xp-hint" id="name-h">As on your student card</div>' in drawn
    assert '<div class="xp-fielderr" id="name-e">Type your name.</div>' in drawn
    assert 'aria-describedby="name-h name-e"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'autocomplete="name"' in drawn
    assert 'class="form-control xp-w-20"' in drawn


def test_what_may_stay_empty_says_so(kit):
    scrap = (
        "{% from 'components/field.html' import field %}{{ field(form.cv) }}{{ field(form.name) }}"
    )
    drawn = kit(scrap, form=AboutYou)
    assert drawn.count("(optional)") == 1
    assert 'type="file"' in drawn


def test_a_choice_is_a_group_with_a_legend(kit):
    scrap = "{% from 'components/field.html' import field %}{{ field(form.level) }}"
    drawn = kit(scrap, form=AboutYou, data={"level": "Master's"})
    assert "<fieldset" in drawn
    assert "<legend" in drawn
    assert drawn.count('type="radio"') == 2
    assert 'value="Master&#39;s" checked' in drawn


def test_several_choices_are_check_boxes(kit):
    scrap = "{% from 'components/field.html' import field %}{{ field(form.zones) }}"
    assert kit(scrap, form=AboutYou).count('type="checkbox"') == 2


def test_a_consent_box_is_never_ticked_beforehand(kit):
    scrap = (
        "{% from 'components/field.html' import consent %}"
        "{% call consent(form.agree) %}I read the <a href='/p'>notice</a>{% endcall %}"
    )
    assert "checked" not in kit(scrap, form=AboutYou)
    assert "checked" in kit(scrap, form=AboutYou, data={"agree": "y"})


def test_every_error_on_top_leads_to_its_field_with_the_same_words(kit):
    scrap = "{% from 'components/errors.html' import error_summary %}{{ error_summary(form) }}"
    drawn = kit(scrap, form=AboutYou, data={})
    assert "3 things to change" in drawn
    assert '<a href="#name">Type your name.</a>' in drawn
    assert '<a href="#level-0">Choose a level.</a>' in drawn
    assert '<a href="#agree">Read it and agree first.</a>' in drawn
    assert 'role="alert"' in drawn
    assert 'tabindex="-1"' in drawn
    assert kit(scrap, form=AboutYou).strip() == ""


def test_an_error_that_does_not_say_where_is_told_with_the_name_of_its_field(kit):
    scrap = "{% from 'components/errors.html' import error_summary %}{{ error_summary(form) }}"
    drawn = kit(scrap, form=Unsaid, data={"submit": "1"})
    assert '<a href="#city">City: Please fill this in.</a>' in drawn


def test_a_form_brings_its_token_and_its_hidden_fields(kit):
    scrap = (
        "{% from 'components/form.html' import post_form %}{% call post_form(form) %}x{% endcall %}"
    )
    drawn = kit(scrap, form=AboutYou)
    assert 'method="post"' in drawn
    assert 'name="csrf_token"' in drawn
    assert 'name="school_id"' in drawn


def test_a_button_that_does_something_is_a_post(kit):
    scrap = (
        "{% from 'components/form.html' import post_button %}"
        "{{ post_button('/undo', 'Undo', fields={'to': '\"><b>'}, version=3) }}"
    )
    drawn = kit(scrap)
    assert '<form class="xp-oneform" method="post" action="/undo">' in drawn
    assert 'name="csrf_token" value="token"' in drawn
    assert 'name="version" value="3"' in drawn
    assert "<b>" not in drawn


def test_paging_keeps_the_filters(kit):
    scrap = "{% from 'components/pager.html' import pager %}{{ pager(page) }}"
    page = Page(items=[], number=2, size=50, total=120)
    drawn = kit(scrap, "/list/fairs?state=draft&page=2", page=page)
    assert 'href="/list/fairs?state=draft&amp;page=1"' in drawn
    assert 'href="/list/fairs?state=draft&amp;page=3"' in drawn
    assert "Page 2 of 3, 120 in all" in drawn
    assert kit(scrap, page=Page(items=[], number=1, size=50, total=3)).strip() == ""


def test_chips_change_one_filter_and_go_back_to_the_first_page(kit):
    scrap = (
        "{% from 'components/filters.html' import chips %}"
        "{{ chips('state', [('', 'All'), ('draft', 'Draft', 3)], 'State') }}"
    )
    drawn = kit(scrap, "/list/fairs?q=a&state=draft&page=4")
    assert 'href="/list/fairs?q=a"' in drawn
    assert 'href="/list/fairs?q=a&amp;state=draft" aria-current="true">Draft 3</a>' in drawn


def test_a_state_shows_colour_icon_and_words(kit):
    scrap = "{% from 'components/badge.html' import state_badge %}{{ state_badge('no_show', 'X') }}"
    drawn = kit(scrap)
    assert "is-bad" in drawn
    assert "<svg" in drawn
    assert drawn.strip().endswith("X</span>")


def test_every_state_of_the_domain_has_its_own_look():
    badge = (TEMPLATES / "components/badge.html").read_text("utf-8")
    known = set(re.findall(r"'([a-z_]+)': \('", badge))
    for path in sorted((TEMPLATES.parent / "app").glob("*/states.py")):
        text = path.read_text("utf-8")
        for name, body in re.findall(
            r"class (\w*Status)\(Word\):(.*?)(?=\nclass |\n[A-Z]|\Z)", text, re.DOTALL
        ):
            values = set(re.findall(r'= "([a-z_]+)"', body))
            assert values <= known, f"{path.parent.name}.{name}: {sorted(values - known)}"


def test_bars_say_their_share_and_stay_within_the_whole(kit):
    scrap = "{% from 'components/bar.html' import bar %}{{ bar(value, total, 'Inside') }}"
    assert 'aria-valuenow="80.7"' in kit(scrap, value=968, total=1200)
    assert 'aria-valuenow="100"' in kit(scrap, value=5, total=3)
    assert 'aria-valuenow="0"' in kit(scrap, value=None, total=0)


def test_a_chart_starts_at_nought_and_has_a_round_top(kit):
    scrap = (
        "{% from 'components/chart.html' import columns %}"
        "{{ columns(['1', '2', '3'], [{'tone': 'now', 'values': [38, none, 112]}], 'Fairs') }}"
    )
    drawn = kit(scrap)
    assert drawn.count("<rect") == 2
    assert ">0</text>" in drawn
    assert ">120</text>" in drawn


def test_a_plan_names_every_booth_in_words(kit):
    scrap = (
        "{% from 'components/plan.html' import floor_plan %}"
        "{{ floor_plan([{'code': 'A03', 'x': 1, 'y': 1, 'w': 74, 'h': 52, 'zone': 'A',"
        " 'label': label, 'state': 'free', 'href': '/b'}], [{'key': 'A', 'name': 'Pumps'}]) }}"
    )
    drawn = kit(scrap, label='"><script>')
    assert 'class="booth is-free"' in drawn
    assert 'href="/b"' in drawn
    assert "<script>" not in drawn
    assert 'aria-label="A03 ' in drawn


def test_a_missing_value_is_a_dash_and_none_drops_the_line(kit):
    scrap = (
        "{% from 'components/facts.html' import fact_list %}"
        "{{ fact_list([('Code', ''), ('Gone', none), ('Pay', value)]) }}"
    )
    drawn = kit(scrap, value=Markup("<b>18</b>"))
    assert "<dt>Code</dt><dd>—</dd>" in drawn
    assert "Gone" not in drawn
    assert "<b>18</b>" in drawn


def test_a_table_keeps_its_roles_when_it_becomes_cards(kit):
    scrap = (
        "{% from 'components/table.html' import table, cell %}"
        "{% call table(['Employer', ('Posts', 'num'), ('', 'act')]) %}"
        "<tr role='row'>{{ cell('Posts', none, num=True) }}</tr>{% endcall %}"
    )
    drawn = kit(scrap)
    assert drawn.count('role="columnheader"') == 3
    assert 'data-label="Posts"' in drawn
    assert "<span>—</span>" in drawn
    assert '<span class="visually-hidden">Actions</span>' in drawn
