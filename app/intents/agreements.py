"""The letter of intent: its exact text, its hash, its number. Pure functions, no database.

Both sides sign the same text; what is signed is its SHA-256. The Chinese half binds, the
English half is a translation for reading. A letter of intent is neither the tripartite
agreement nor an employment contract, and says so in both languages.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from app.core.spelling import spell
from app.places.states import EducationLevel

LEVELS_ZH = {
    EducationLevel.DOCTORAL: "博士",
    EducationLevel.MASTERS: "硕士",
    EducationLevel.BACHELORS: "本科",
    EducationLevel.JUNIOR_COLLEGE: "大专",
    EducationLevel.VOCATIONAL: "中职/技工",
    EducationLevel.OTHER: "其他",
}
CLAUSE_ZH = (
    "双方经洽谈，就上述岗位达成就业意向。本意向书不是三方协议，也不是劳动合同。"
    "任何一方放弃时，应告知对方并说明理由。"
)
CLAUSE_EN = (
    "Having talked it over, both sides intend to conclude employment for the position above. "
    "This letter is neither the tripartite agreement nor an employment contract. "
    "Whoever gives up the intent tells the other side and says why."
)
_ABBREVIATION = re.compile(r"[A-Za-z]{2,8}")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Everything a letter of intent says."""

    employer_name: str
    employer_code: str
    student_name: str
    school: str
    major: str
    level: EducationLevel
    graduation_year: int | None
    fair_zh: str
    fair_en: str
    held_on: date
    position: str
    place: str
    pay: str
    starts_on: date | None
    terms: str


def compose(letter: Letter) -> str:
    """The text both sides sign, the same for the same facts to the last character."""
    return "\n".join([*_chinese(letter), "", "—" * 20, "", *_english(letter)]) + "\n"


def text_hash(text: str) -> str:
    """The SHA-256 of a text, in hex."""
    return sha256(text.encode()).hexdigest()


def short_hash(digest: str) -> str:
    """The beginning of a hash as the print shows it: ``9F3A 77C1 08DE 4B62``."""
    return " ".join(digest[start : start + 4].upper() for start in range(0, 16, 4))


def place_code(city: str, abbreviations: Sequence[str] = ()) -> str:
    """Two to eight capital letters for where a fair was held.

    The host school's abbreviation in Latin letters (``WHU``) where it has one, else the
    initials of the city's pinyin (武汉 → ``WH``); a city written in Latin letters gives its
    first three.
    """
    for text in abbreviations:
        if _ABBREVIATION.fullmatch(text):
            return text.upper()
    parts = spell(city, initials=True, other=_first_three)
    letters = "".join(ch for ch in "".join(parts).upper() if ch.isascii() and ch.isalpha())
    return letters[:8] if len(letters) >= 2 else (letters + "XX")[:2]


def _first_three(text: str) -> str:
    return text[:3]


def series_prefix(bureau: str, year: int, place: str) -> str:
    """The series a number belongs to: ``WZ-2026-WHU``."""
    return f"{bureau}-{year}-{place}"


def numbered(prefix: str, number: int) -> str:
    """A letter's number in its series: ``WZ-2026-WHU-000123``."""
    return f"{prefix}-{number:06d}"


def _line(text: str) -> str:
    """One line: what came with line breaks cannot pass for a line of its own."""
    return " ".join(text.split())


def _terms(text: str) -> list[str]:
    return [f"    {_line(part)}" for part in text.splitlines() if part.strip()]


def _chinese(letter: Letter) -> list[str]:
    day = letter.held_on
    start = letter.starts_on
    year = f"，{letter.graduation_year}届" if letter.graduation_year else ""
    terms = _terms(letter.terms)
    code = f"（统一社会信用代码或注册号 {letter.employer_code}）" if letter.employer_code else ""
    return [
        "高校毕业生就业意向书",
        "",
        f"甲方（用人单位）：{_line(letter.employer_name)}{code}",
        f"乙方（毕业生）：{_line(letter.student_name)}，{_line(letter.school)}，"
        f"{_line(letter.major) or '专业未填'}，{LEVELS_ZH[letter.level]}{year}",
        f"场次：{_line(letter.fair_zh)}，{day.year}年{day.month}月{day.day}日",
        f"一、岗位：{_line(letter.position)}",
        f"二、工作地点：{_line(letter.place) or '另行商定'}",
        f"三、薪资：{_line(letter.pay) or '面议'}",
        f"四、预计到岗：{f'{start.year}年{start.month}月{start.day}日' if start else '另行商定'}",
        *(["五、其他约定：", *terms] if terms else ["五、其他约定：无"]),
        "",
        CLAUSE_ZH,
        "本意向书以中文为准。",
    ]


def _english(letter: Letter) -> list[str]:
    start = letter.starts_on
    year = f", class of {letter.graduation_year}" if letter.graduation_year else ""
    terms = _terms(letter.terms)
    code = f" (registration code {letter.employer_code})" if letter.employer_code else ""
    return [
        "Letter of intent (translation; the Chinese text is binding)",
        "",
        f"Party A (employer): {_line(letter.employer_name)}{code}",
        f"Party B (graduate): {_line(letter.student_name)}, {_line(letter.school)}, "
        f"{_line(letter.major) or 'no major given'}, {letter.level.label}{year}",
        f"Fair: {_line(letter.fair_en or letter.fair_zh)}, {letter.held_on.isoformat()}",
        f"1. Position: {_line(letter.position)}",
        f"2. Place of work: {_line(letter.place) or 'to be agreed'}",
        f"3. Pay: {_line(letter.pay) or 'to be negotiated'}",
        f"4. Expected start: {start.isoformat() if start else 'to be agreed'}",
        *(["5. Further terms:", *terms] if terms else ["5. Further terms: none"]),
        "",
        CLAUSE_EN,
    ]
