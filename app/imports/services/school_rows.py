"""The ministry's list of schools (全国普通高等学校名单), row by row. Pure.

As published it has titles above the header, group rows inside the data that say how many
schools follow (北京市（92所）), ten-digit codes that Excel made into numbers, and blanks
where nobody sees them. The group rows are used as checksums.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.text import N_
from app.imports.readers import Cell, Sheet, Unreadable
from app.imports.services.remarks import remark

# What a column may be called, without blanks.
HEADINGS: dict[str, tuple[str, ...]] = {
    "number": ("序号", "no", "no.", "number"),
    "name": ("学校名称", "院校名称", "高校名称", "学校", "name", "school"),
    "code": ("学校标识码", "院校标识码", "标识码", "moe_code", "moecode", "code"),
    "supervisor": ("主管部门", "supervisor"),
    "city": ("所在地", "所在城市", "城市", "city"),
    "tier": ("办学层次", "层次", "tier", "level"),
    "remark": ("备注", "remark", "note"),
    "province": ("省份", "省", "所在省", "province"),
    "name_en": ("英文名称", "name_en", "englishname"),
}
NEEDED = ("name", "code")
TIERS = ("本科", "专科", "")
# Rows of an administrative table that are no city's name.
NO_CITY = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
GROUP = re.compile(r"^(?P<province>[^（(]{2,20})[（(]\s*(?P<count>\d{1,5})\s*所\s*[）)]$")
ASIDE = re.compile(r"^(注|备注|说明|合计|总计|共计|数据来源|附件|notes?\b|total\b)", re.IGNORECASE)
LONGEST_NAME = 100
HEAD_ROWS = 30

Row = Sequence[Cell]


@dataclass
class SchoolRow:
    """One row that names a school: where it stood, what it says, what is wrong with it."""

    number: int
    values: dict[str, Any]
    faults: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


@dataclass
class SchoolList:
    """Everything read from a file."""

    rows: list[SchoolRow] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    groups: int = 0


def read_school_list(sheets: Sequence[Sheet]) -> SchoolList:
    """Read the first sheet that has the columns of a list of schools."""
    for sheet in sheets:
        found = _find_header(sheet.rows)
        if found is not None:
            at, columns = found
            return _read(sheet.rows, at, columns)
    message = N_("No row with the headings 学校名称 and 学校标识码 was found.")
    raise Unreadable(message, field="file")


def text_of(cell: Cell) -> str:
    """A cell as text: blanks of every kind folded, whole numbers without a fraction."""
    if cell is None or isinstance(cell, bool):
        return ""
    if isinstance(cell, float):
        if not math.isfinite(cell):
            return ""
        cell = int(cell) if cell.is_integer() else cell
    return " ".join("".join(ch if ch.isprintable() else " " for ch in str(cell)).split())


def code_of(cell: Cell) -> str | None:
    """The ten digits of a code, '' for an empty cell, None for anything else."""
    if isinstance(cell, bool) or (isinstance(cell, float) and not math.isfinite(cell)):
        return None
    if isinstance(cell, float) and not cell.is_integer():
        return None
    text = text_of(cell).lstrip("'").replace(" ", "")
    text = text.removesuffix(".0")
    if not text:
        return ""
    return text if re.fullmatch(r"[0-9]{10}", text) else None


def short_city(text: str) -> str:
    """A city's short name: 武汉市 → 武汉; what is no city's name becomes nothing."""
    if text in NO_CITY:
        return ""
    return text.removesuffix("市") if len(text) > 2 else text


def _headings(row: Row) -> dict[str, int]:
    found: dict[str, int] = {}
    for position, cell in enumerate(row):
        heading = text_of(cell).replace(" ", "").casefold()
        for name, known in HEADINGS.items():
            if heading in known and name not in found:
                found[name] = position
    return found


def _find_header(rows: Sequence[Row]) -> tuple[int, dict[str, int]] | None:
    for at, row in enumerate(rows[:HEAD_ROWS]):
        columns = _headings(row)
        if all(name in columns for name in NEEDED):
            return at, columns
    return None


@dataclass
class _Group:
    """A province whose row said how many schools follow."""

    province: str
    declared: int
    row: int
    found: int = 0

    def problem(self) -> str | None:
        if self.found == self.declared:
            return None
        message = N_("Row %(row)s: %(province)s declares %(declared)s schools, %(found)s follow.")
        return remark(
            message,
            row=self.row,
            province=self.province,
            declared=self.declared,
            found=self.found,
        )


def _read(rows: Sequence[Row], at: int, columns: dict[str, int]) -> SchoolList:
    """Everything below the header; row numbers are those Excel shows."""
    result = SchoolList(columns=columns)
    groups: list[_Group] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        filled = [text for cell in row if (text := text_of(cell))]
        group = GROUP.match(filled[0]) if len(filled) == 1 else None
        if group is not None:
            groups.append(_Group(group["province"].strip(), int(group["count"]), number))
        elif not filled:
            continue
        elif _is_aside(row, filled, columns):
            result.skipped.append((number, filled[0][:LONGEST_NAME]))
        else:
            province = groups[-1].province if groups else ""
            result.rows.append(_read_row(number, row, columns, province, seen))
            if groups:
                groups[-1].found += 1
    result.groups = len(groups)
    result.problems = [problem for group in groups if (problem := group.problem())]
    if not result.rows:
        result.problems.append(remark(N_("There is no school in this file.")))
    return result


def _is_aside(row: Row, filled: list[str], columns: dict[str, int]) -> bool:
    """Whether a row is a remark under the table or a heading repeated on a new page."""
    if _headings(row).keys() >= set(NEEDED):
        return True
    if len(filled) > 1:
        return False
    # A name alone is a school without a code, as long as it stands where names do.
    at = columns["name"]
    return at >= len(row) or text_of(row[at]) != filled[0] or bool(ASIDE.match(filled[0]))


def _read_row(
    number: int, row: Row, columns: dict[str, int], province: str, seen: dict[str, int]
) -> SchoolRow:
    def cell(name: str) -> Cell:
        position = columns.get(name)
        return row[position] if position is not None and position < len(row) else None

    values: dict[str, Any] = {
        name: text_of(cell(name)) for name in columns if name not in ("number", "code")
    }
    if not values.get("province"):
        values["province"] = province
    if "city" in columns:
        values["city"] = short_city(values["city"])
    code = code_of(cell("code"))
    values["moe_code"] = code or None
    found = SchoolRow(number, values)
    found.faults.extend(_faults(values, code, text_of(cell("code")), seen))
    found.doubts.extend(_doubts(values, code, text_of(cell("city"))))
    if code:
        seen.setdefault(code, number)
    return found


def _faults(
    values: dict[str, Any], code: str | None, typed: str, seen: dict[str, int]
) -> Iterator[str]:
    name = values["name"]
    if not name:
        yield remark(N_("The name is missing."))
    elif len(name) > LONGEST_NAME:
        yield remark(N_("The name is longer than %(limit)s characters."), limit=LONGEST_NAME)
    if code is None:
        yield remark(N_("The code must have ten digits, not “%(code)s”."), code=typed[:40])
    elif code and code in seen:
        yield remark(N_("The code stands in row %(row)s already."), row=seen[code])


def _doubts(values: dict[str, Any], code: str | None, city: str) -> Iterator[str]:
    if values.get("tier", "") not in TIERS:
        yield remark(N_("“%(tier)s” is no tier the ministry uses."), tier=values["tier"][:40])
    if city in NO_CITY:
        yield remark(N_("“%(city)s” is no city's name and is left out."), city=city)
    if code == "":
        yield remark(N_("The school has no code; it is found by its name."))
