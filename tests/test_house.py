"""The rules of the house that the linters cannot read."""

import ast
import re
from functools import cache
from pathlib import Path

import grimp
import pytest

from app.core.db import Model
from tools import catalogues

pytestmark = pytest.mark.any_database

ROOT = Path(__file__).parents[1]
OPEN_FLOORS = {"models", "permissions", "queries", "services", "states"}
HALLS = {"core", "demo", "factory", "jobs", "web"}
# Instruments of a room that the house lends to others by name.
LENT = {
    ("accounts", "sessions"),
    ("notices", "templates"),
    ("participations", "plan"),
    ("places", "majors"),
    ("questions", "answers"),
    ("questions", "asking"),
    ("registrations", "sessions"),
}
FOREIGN_ENDPOINTS = {"static", "bootstrap.static"}


@cache
def sources():
    return {path: path.read_text("utf-8") for path in sorted((ROOT / "app").rglob("*.py"))}


@cache
def templates():
    folder = ROOT / "templates"
    return {path: path.read_text("utf-8") for path in sorted(folder.rglob("*")) if path.is_file()}


def own_rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in FOREIGN_ENDPOINTS]


def test_every_endpoint_says_who_may_enter(app):
    silent = {
        rule.endpoint
        for rule in own_rules(app)
        if not hasattr(app.view_functions[rule.endpoint], "permission")
    }
    assert silent == set()


def test_every_path_is_kebab_case(app):
    shouting = [
        rule.rule for rule in own_rules(app) if re.search(r"[A-Z_]", re.sub("<.*?>", "", rule.rule))
    ]
    assert shouting == []


def test_rooms_are_entered_by_their_open_floors():
    graph = grimp.build_graph("app", cache_dir=None)
    intrusions = []
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            guest, host = importer.split(".")[1:2], imported.split(".")[1:3]
            if guest in (host[:1], ["factory"], ["demo"]) or host[0] in HALLS or len(host) < 2:
                continue
            if host[1] not in OPEN_FLOORS and tuple(host) not in LENT:
                intrusions.append((importer, imported))
    assert intrusions == []


def test_templates_mirror_the_rooms():
    rooms = {path.name for path in (ROOT / "app").iterdir() if path.is_dir()}
    shelves = {path.name for path in (ROOT / "templates").iterdir() if path.is_dir()}
    assert shelves <= rooms | {"components", "emails", "errors", "layouts"}


def test_a_template_is_drawn_by_its_own_room():
    strangers = []
    for path, text in sources().items():
        room = path.relative_to(ROOT / "app").parts[0]
        for shelf in re.findall(r"(?:render_template|answer)\(\s*[\"']([a-z_]+)/", text):
            if shelf not in {room, "errors", "layouts", "components"}:
                strangers.append((str(path.relative_to(ROOT)), shelf))
    assert strangers == []


def test_only_services_move_a_status():
    movers = [
        str(path.relative_to(ROOT))
        for path, text in sources().items()
        if re.search(r"\.status = ", text)
        and "services" not in path.relative_to(ROOT).as_posix()
        and "demo" not in path.parts
    ]
    assert movers == []


def test_only_the_clock_reads_the_time():
    readers = [
        str(path.relative_to(ROOT))
        for path, text in sources().items()
        if re.search(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(", text)
        and path.name != "clock.py"
    ]
    assert readers == []


def test_only_the_transaction_commits():
    committers = [
        str(path.relative_to(ROOT))
        for path, text in sources().items()
        if ".commit()" in text and path.name != "transaction.py"
    ]
    assert committers == []


def test_tables_are_made_by_migrations_only():
    makers = [str(path) for path, text in sources().items() if "create_all" in text]
    assert makers == []


def test_no_page_names_another_host():
    allowed = {"http://www.w3.org", "https://www.w3.org", "http://localhost", "https://wcag"}
    loud = [
        (str(path.relative_to(ROOT)), host)
        for path, text in templates().items()
        for host in re.findall(r"https?://[a-z0-9.-]+", text)
        if host not in allowed and "example" not in host
    ]
    assert loud == []


def test_no_page_carries_inline_code_or_style():
    faults = []
    for path, text in templates().items():
        if "emails" in path.parts or path.suffix != ".html":
            continue
        if re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text):
            faults.append((path.name, "script"))
        if re.search(r"\sstyle=|\son[a-z]+=\"", text):
            faults.append((path.name, "style or handler"))
        if re.search(r"\|\s*safe\b", text):
            faults.append((path.name, "safe"))
    assert faults == []


def test_every_string_is_translated_and_none_is_fuzzy():
    assert catalogues.find_untranslated(ROOT) == []
    assert catalogues.find_faults(ROOT) == []


def test_no_translation_is_left_over():
    assert catalogues.find_obsolete(ROOT) == []


def test_every_constraint_is_named(app):
    nameless = [
        (table.name, type(constraint).__name__)
        for table in Model.metadata.sorted_tables
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert nameless == []


def test_no_module_is_called_by_a_name_without_an_idea():
    banned = {"utils", "helpers", "common", "manager", "data", "process", "handle", "misc"}
    assert [str(path) for path in sources() if path.stem in banned] == []


def test_files_stay_short():
    long = [
        (str(path.relative_to(ROOT)), lines)
        for kind, most in (("app", 420), ("templates", 420), ("tools", 480), ("tests", 480))
        for path in (ROOT / kind).rglob("*")
        if path.suffix in {".py", ".html", ".js", ".css"}
        and "vendor" not in path.parts
        and (lines := path.read_text("utf-8").count("\n")) > most
    ]
    assert long == []


def test_public_functions_say_what_they_are_for():
    silent = []
    for path, text in sources().items():
        if path.stem not in {"services", "queries"} and path.parent.stem not in {
            "services",
            "queries",
        }:
            continue
        for node in ast.parse(text).body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            if ast.get_docstring(node) is None:
                silent.append((str(path.relative_to(ROOT)), node.name))
    assert silent == []


def test_every_setting_stands_in_the_docs():
    from dataclasses import fields

    from config import Settings

    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    missing = [f.name for f in fields(Settings) if f"XUNPIN_{f.name.upper()}" not in text]
    assert missing == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "CHANGELOG.md", "LICENSE"])
def test_the_front_page_is_there(name):
    assert (ROOT / name).stat().st_size > 500
