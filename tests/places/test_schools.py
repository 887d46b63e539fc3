import pytest

from app.core.clock import utcnow
from app.core.db import db
from app.places import queries, services
from app.places.models import School
from app.places.school_names import fold, initials_of, search_text_of, short_forms
from tests.factories import save
from tests.statements import count_statements


def keep_school(name, **given):
    return save(services.index_school(School(**{"name": name, "former_names": []} | given)))


@pytest.fixture
def universities():
    services.seed_double_first_class()
    db.session.commit()


def names(text, limit=8):
    return [school.name for school in queries.suggest_schools(text, limit)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("武大", "武汉大学"),
        ("武汉大学", "武汉大学"),
        ("wuda", "武汉大学"),
        ("whdx", "武汉大学"),
        ("wuhandaxue", "武汉大学"),
        ("WuHan Daxue", "武汉大学"),
        ("huake", "华中科技大学"),
        ("华科", "华中科技大学"),
        ("hzkj", "华中科技大学"),
        ("whlg", "武汉理工大学"),
        ("武理工", "武汉理工大学"),
        ("浙大", "浙江大学"),
        ("哈工大", "哈尔滨工业大学"),
        ("hagongda", "哈尔滨工业大学"),
        ("中科大", "中国科学技术大学"),
        ("北航", "北京航空航天大学"),
        ("西交", "西安交通大学"),
        ("厦大", "厦门大学"),
        ("xiada", "厦门大学"),
        ("重大", "重庆大学"),
        ("chongda", "重庆大学"),
        ("华师大", "华东师范大学"),
        ("地质大学武汉", "中国地质大学（武汉）"),
        ("中国地质大学(武汉", "中国地质大学（武汉）"),
        ("国防科大", "国防科技大学"),
    ],
)
def test_the_school_people_mean_comes_first(universities, typed, first):
    assert names(typed)[0] == first


def test_characters_in_order_are_enough(universities):
    assert "哈尔滨工程大学" in names("哈滨程大")


def test_the_ministrys_universities_are_seeded_once(universities):
    assert queries.count_schools() == 147
    assert services.seed_double_first_class() == 0
    assert queries.count_schools() == 147


def test_seeding_marks_a_school_that_an_import_brought():
    school = keep_school("武汉大学", moe_code="4142010486", city="武汉")
    assert services.seed_double_first_class() == 146
    assert school.is_double_first_class


def test_a_former_name_finds_the_school_under_its_new_one():
    school = keep_school("江城工学院", moe_code="4142099999")
    services.rename_school(school, "江城理工大学")
    db.session.commit()
    assert school.former_names == ["江城工学院"]
    assert names("江城工学院") == ["江城理工大学"]
    assert names("jcgxy") == ["江城理工大学"]
    assert queries.find_school_by_name("江城工学院") is school
    assert queries.find_school_by_name(" 江城理工大学 ") is school
    assert queries.find_school_by_name("江城") is None


def test_going_back_to_an_old_name_leaves_it_out_of_the_former_ones():
    school = keep_school("甲学院")
    services.rename_school(school, "乙学院")
    services.rename_school(school, "甲学院")
    assert school.former_names == ["乙学院"]


def test_the_english_name_and_its_initials_are_searched():
    keep_school("江城理工大学", name_en="Rivertown Institute of Technology")
    assert names("rivertown inst") == ["江城理工大学"]
    assert names("riot") == ["江城理工大学"]


def test_a_closed_school_is_not_offered():
    keep_school("江城理工大学", closed_at=utcnow())
    assert names("江城") == []


@pytest.mark.parametrize("typed", ["", "   ", "%", "_", "\0", "|", "？！", "🎓", "x" * 5000])
def test_odd_text_finds_nothing_and_breaks_nothing(universities, typed):
    assert names(typed) == []


def test_undergraduate_and_shorter_names_go_first():
    keep_school("江城职业学院", tier="专科")
    keep_school("江城大学武昌分校", tier="本科")
    keep_school("江城大学", tier="本科")
    assert names("江城") == ["江城大学", "江城大学武昌分校", "江城职业学院"]


def test_suggesting_takes_one_statement(universities):
    with count_statements() as seen:
        queries.suggest_schools("大学")
    assert len(seen) == 1


def test_short_forms_follow_what_is_taught():
    assert short_forms("武汉理工大学") == ["武汉理工", "武汉理", "武理工", "武理"]
    assert "华中师大" in short_forms("华中师范大学")
    assert short_forms("温州大学")[0] == "温大"
    assert short_forms("大学") == []


def test_folding_drops_width_case_and_signs():
    assert fold("Ａb-（Ｃ） 大学") == "abc大学"
    assert initials_of("武汉大学") == "whdx"
    assert search_text_of("", "", [], []) == "||"


def test_the_type_ahead_answers_json(client, universities):
    answer = client.get("/schools?q=武大")
    assert answer.status_code == 200
    first = answer.json["items"][0]
    assert first["label"] == "武汉大学"
    assert first["note"] == "武汉"
    assert first["id"] == str(queries.find_school_by_name("武汉大学").id)


@pytest.mark.parametrize("query", ["", "?q=", "?q=%00", "?q=" + "大" * 900, "?q=%F0%9F%8E%93"])
def test_the_type_ahead_takes_anything(client, query):
    answer = client.get("/schools" + query)
    assert answer.status_code == 200
    assert answer.json == {"items": []}
