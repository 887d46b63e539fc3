"""Rows of a table that are none: blank, groups, sums, who filled it in; cells that repeat."""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from app.imports.cells import one_line
from app.imports.kinds.base import Field
from app.imports.readers.files import Merge
from app.imports.readers.limits import Cell


class RowSort(StrEnum):
    """What a row of a sheet is."""

    ROW = "row"
    ABOVE = "above"
    HEADING = "heading"
    BLANK = "blank"
    GROUP = "group"
    SUM = "sum"
    FOOTER = "footer"
    EXAMPLE = "example"


_SUM = re.compile(
    r"(?:合计|总计|小计|共计|总数|累计|汇总|subtotal|total|sum)(?:[:：（(\d].*)?", re.IGNORECASE
)
_FOOTER = re.compile(
    r"(?:填表人|制表人|填报人|填报单位|制表单位|审核人|审核|审批|负责人|经办人|联系人|联系电话|填表日期|填报日期"
    r"|日期|单位[（(]?盖章[）)]?|盖章|附件\d*|注|备注|说明|填表说明|温馨提示|数据来源"
    r"|notes?|source|prepared by)"
    r"\s*(?:[:：].*|\d.*)",
    re.IGNORECASE | re.DOTALL,
)
_EXAMPLE = re.compile(
    r"[（(]?(?:示例|样例|例子|填写示例|例如|例|example)[）)]?(?:[:：\d].*)?", re.IGNORECASE
)
_GROUP = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十]{1,3}[部批组]).*"
    r"|.{2,30}[（(]\s*\d{1,5}\s*(?:家|个|所|人|名|条)?\s*[）)]|.{1,20}(?:分团|代表团|组团)[:：]?"
)
_SAME = frozenset({"同上", "〃", "″", '"', "''", "ditto", "同", "↑"})


def sort_row(
    cells: Sequence[Cell],
    lines: Sequence[str],
    columns: Mapping[int, Field],
    headings: frozenset[str],
) -> RowSort:
    """What a row under the header is; ``lines`` are its cells as one line each."""
    filled = [
        (at, text)
        for at, (cell, text) in enumerate(zip(cells, lines, strict=True))
        if cell and text
    ]
    # The first cell that is more than the row's number.
    known = next(
        (text for at, text in filled if at in columns and columns[at].name != "number"), ""
    )
    if not filled or (not known and len(filled) <= 2 and _is_number(filled[0][1])):
        return RowSort.BLANK
    first = filled[0][1]
    if _SUM.fullmatch(first.replace(" ", "")) or _SUM.fullmatch(known.replace(" ", "")):
        return RowSort.SUM
    # A footer fills few cells; a company may be called 注册…, but then it says more.
    if len(filled) <= max(4, len(columns) // 2) and _FOOTER.fullmatch(first):
        return RowSort.FOOTER
    if _EXAMPLE.fullmatch(first):
        return RowSort.EXAMPLE
    if len(filled) == 1 and len(columns) > 1:
        at = filled[0][0]
        stands = at in columns and columns[at].shape in ("company", "title", "booth")
        if not stands or _GROUP.fullmatch(first):
            return RowSort.GROUP
    if _is_heading(filled, headings):
        return RowSort.HEADING
    return RowSort.ROW


def _is_number(text: str) -> bool:
    return text.replace(".", "").isdigit() and len(text) < 7


def _is_heading(filled: Sequence[tuple[int, str]], headings: frozenset[str]) -> bool:
    """Whether the header stands here again, as it does on each printed page."""
    if len(filled) < 2:
        return False
    same = sum(1 for _, text in filled if text in headings)
    return same >= 2 and same * 3 >= len(filled) * 2


class Layout:
    """Gives rows their merged and repeated cells back.

    A merged range is filled with its first cell. Where no company is named but a position is,
    the company of the row above is meant (同上, or simply nothing).
    """

    def __init__(
        self, merges: Sequence[Merge], columns: Mapping[int, Field], *, first: int, width: int
    ) -> None:
        self._fills = [at for at, column in columns.items() if column.fills]
        self._at = {column.name: at for at, column in columns.items()}
        self._above: dict[int, Cell] = {}
        self._row_above = 0
        # Merged ranges that reach over rows, by the row where they begin.
        self._begin: dict[int, list[Merge]] = {}
        for merge in merges:
            if merge[2] > merge[0] and merge[2] >= first and merge[1] < width:
                self._begin.setdefault(merge[0], []).append(merge)
        self._open: list[tuple[Merge, list[Cell]]] = []

    def merged(self, number: int, cells: list[Cell]) -> list[Cell]:
        """The cells of a row (from 0) with what is merged into it from above."""
        if self._open:
            self._open = [one for one in self._open if one[0][2] >= number]
            for (_, left, _, right), values in self._open:
                for at in range(left, min(right + 1, len(cells))):
                    if cells[at] in (None, ""):
                        cells[at] = values[at - left]
        for merge in self._begin.get(number, ()):
            left, right = merge[1], min(merge[3] + 1, len(cells))
            self._open.append((merge, cells[left:right]))
        return cells

    def filled(
        self, number: int, cells: list[Cell], lines: Sequence[str]
    ) -> tuple[list[Cell], int]:
        """The cells with the company of the row above where none stands; that row's number.

        0 where nothing was taken over.
        """
        name, title = self._at.get("name"), self._at.get("title")
        if name is None or title is None or name >= len(cells):
            return cells, 0
        said = lines[name]
        if said and said not in _SAME:
            self._above = {at: cells[at] for at in self._fills if at < len(cells)}
            self._row_above = number
            return cells, 0
        titled = title < len(cells) and lines[title]
        others = any(lines[at] for at in self._fills if at < len(cells) and at != name)
        if not titled or not self._above or (others and said not in _SAME):
            return cells, 0
        for at, cell in self._above.items():
            if at < len(cells) and (lines[at] in _SAME or not lines[at]):
                cells[at] = cell
        return cells, self._row_above

    def forget(self) -> None:
        """A group or a sum ends what may be repeated."""
        self._above = {}


def texts(cells: Sequence[Cell]) -> Iterator[str]:
    """The cells of a row as text."""
    return (one_line(cell) for cell in cells)
