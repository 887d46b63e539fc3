"""What a cell looks like, whatever column it stands in."""

import re
import unicodedata
from functools import lru_cache

from app.employers.services import parse_pay
from app.imports.cells import (
    one_line,
    read_day,
    read_email,
    read_levels,
    read_ownership,
    read_phone,
)
from app.imports.readers.limits import Cell

_COUNT = re.compile(
    r"(?:\d{1,3}|[1-9]\d{3})(?:人|名|位|个|\+|余人)?|若干(?:名|人)?|\d{1,3}-\d{1,3}(?:人|名)?"
)
_CODE = re.compile(r"[0-9A-Z]{15}|[0-9A-Z]{17,19}|\d(?:\.\d+)?E\+?1\d")
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_COMPANY = re.compile(
    r"公司|集团|[^工]厂$|有限|合作社|研究院|研究所|事务所|医院|学校|学院|大学|中学|小学|银行|酒店"
    r"|中心$|商行$|经营部$|工作室$|\b(?:co|ltd|inc|corp|llc|gmbh|company|group)\b\.?"
)
_TITLE = re.compile(
    r"(?:师|员|工|岗|经理|主管|助理|总监|专员|顾问|教师|老师|医生|护士|司机|学徒|实习生|管培生|文员|会计"
    r"|出纳|客服|干部|代表|厂长|店长|组长|班长|主任|秘书|导购|普工|操作工|销售|开发|运维|测试|编辑|策划"
    r"|engineer|manager|assistant|developer|designer|analyst|clerk|operator|sales)"
    r"(?:[（(].*[）)])?(?:\d*|[A-Za-z]*)$"
)
_PLACE = re.compile(r"(?:省|市|区|县|镇|乡|街道|路|村|开发区)|·")
_PERSON = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff](?:先生|女士|经理|主任|总|老师|小姐)")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁"
    "任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严"
    "莫孔向常汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪"
    "梅童凌毕单季裴霍涂成苗谷曲盛翁蓝褚项瞿缪"
)
_MAJOR = re.compile(
    r"专业|类[、，,;/]|类$|工程$|工程及|科学与|学[、，,;/]|管理[、，,;/]|技术[、，,;/]"
)


@lru_cache(maxsize=20_000)
def _shapes(text: str) -> frozenset[str]:
    folded = unicodedata.normalize("NFKC", text).strip()
    compact = folded.replace(" ", "")
    found: set[str] = set()
    if _COUNT.fullmatch(compact):
        found.add("count")
    if _CODE.fullmatch(compact.upper().replace("-", "")):
        found.add("code")
    if len(folded) <= 40:
        found |= _short(folded)
    if _URL.match(folded):
        found.add("url")
    if "@" in folded and read_email(folded)[1] is None:
        found.add("email")
    if len(folded) >= 14:
        found.add("text")
    if _MAJOR.search(folded):
        found.add("majors")
    return frozenset(found)


def _short(folded: str) -> set[str]:
    """The shapes of a short text."""
    found: set[str] = set()
    digits = sum(ch.isdigit() for ch in folded)
    if digits >= 7 and read_phone(folded)[1] is None:
        found.add("phone")
    if digits >= 5 and read_day(folded)[0]:
        found.add("date")
    pay = parse_pay(folded)
    if pay.is_known or pay.is_negotiable:
        found.add("pay")
    if digits == 0:
        found |= _worded(folded)
    elif _COMPANY.search(folded.lower()):
        found.add("company")
    elif _TITLE.search(folded):
        found.add("title")
    if _PLACE.search(folded):
        found.add("place")
    return found


def _worded(folded: str) -> set[str]:
    found: set[str] = set()
    levels, unknown = read_levels(folded)
    if unknown is None and (levels or "不限" in folded or "无要求" in folded):
        found.add("level")
    ownership, unknown = read_ownership(folded)
    if ownership and len(folded) <= 8:
        found.add("ownership")
    if _COMPANY.search(folded.lower()):
        found.add("company")
    elif _TITLE.search(folded):
        found.add("title")
    if _PERSON.fullmatch(folded) and folded[0] in _SURNAMES:
        found.add("person")
    return found


def shapes_of(cell: Cell) -> frozenset[str]:
    """Everything a cell looks like; nothing for an empty one."""
    text = one_line(cell)
    return _shapes(text[:200]) if text else frozenset()
