from pathlib import Path

from app.imports.reasons import REASONS

DOCS = Path(__file__).parents[2] / "docs" / "scripts.md"


def test_every_reason_stands_in_the_contract_for_scripts():
    text = DOCS.read_text("utf-8")
    assert [code for code in REASONS if f"| `{code}` |" not in text] == []


def test_codes_are_kebab_words():
    assert all(code.replace("-", "").isalpha() and code == code.lower() for code in REASONS)
