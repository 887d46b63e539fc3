"""How people call a school: abbreviations, pinyin, and the text the type-ahead looks in.

Rules make the common short forms (武汉理工大学 → 武汉理工, 武理工, 武理); a short table holds
those no rule makes (华中科技大学 → 华科). Pinyin by pypinyin; an abbreviation keeps the
reading its characters have in the full name (厦大 is xiada because 厦门 is xiamen).
"""

import unicodedata
from collections.abc import Iterable

from app.core.spelling import spell, spell_each

SEPARATOR = "|"

# Names in daily use that no rule below makes.
ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    "北京大学": ("北大",),
    "清华大学": ("清华",),
    "中国人民大学": ("人大", "中国人大"),
    "北京师范大学": ("北师大",),
    "北京航空航天大学": ("北航",),
    "北京理工大学": ("北理工", "北理"),
    "北京科技大学": ("北科大", "北科"),
    "北京交通大学": ("北交大", "北交"),
    "北京邮电大学": ("北邮",),
    "北京化工大学": ("北化",),
    "北京林业大学": ("北林",),
    "北京外国语大学": ("北外",),
    "北京工业大学": ("北工大",),
    "北京中医药大学": ("北中医",),
    "北京协和医学院": ("协和", "协和医学院"),
    "北京体育大学": ("北体", "北体大"),
    "中央财经大学": ("央财", "中财"),
    "对外经济贸易大学": ("贸大", "对外经贸", "经贸大"),
    "中国政法大学": ("法大", "中政法"),
    "中国传媒大学": ("中传", "广院"),
    "中国农业大学": ("中国农大", "农大"),
    "中央民族大学": ("民大", "中央民大"),
    "中央音乐学院": ("央音",),
    "中国音乐学院": ("国音",),
    "中央美术学院": ("央美",),
    "中央戏剧学院": ("中戏",),
    "首都师范大学": ("首师大", "首师"),
    "中国科学院大学": ("国科大",),
    "中国科学技术大学": ("中科大", "中国科大", "科大"),
    "中国石油大学（北京）": ("石大", "中石大", "北石大"),
    "中国石油大学（华东）": ("石大", "中石大", "华东石油"),
    "中国矿业大学": ("矿大", "中国矿大"),
    "中国矿业大学（北京）": ("矿大", "中国矿大", "北矿大"),
    "中国地质大学（北京）": ("地大", "北地大"),
    "中国地质大学（武汉）": ("地大", "武汉地大"),
    "中国海洋大学": ("海大", "中国海大", "中海大"),
    "中国药科大学": ("药大", "中国药大"),
    "中国美术学院": ("国美", "国美院"),
    "中国人民公安大学": ("公安大",),
    "南开大学": ("南开",),
    "天津大学": ("天大", "北洋"),
    "华北电力大学": ("华电", "华北电力"),
    "大连理工大学": ("大工", "大连理工"),
    "大连海事大学": ("海事大学", "大海事"),
    "东北大学": ("东大", "东北大"),
    "东北师范大学": ("东师", "东北师大"),
    "吉林大学": ("吉大",),
    "哈尔滨工业大学": ("哈工大", "工大"),
    "哈尔滨工程大学": ("哈工程",),
    "复旦大学": ("复旦",),
    "同济大学": ("同济",),
    "上海交通大学": ("上交", "上海交大", "交大", "上交大"),
    "华东理工大学": ("华理", "华东理工"),
    "华东师范大学": ("华师大", "华东师大"),
    "东华大学": ("东华",),
    "上海外国语大学": ("上外",),
    "上海财经大学": ("上财",),
    "上海大学": ("上大",),
    "上海科技大学": ("上科大",),
    "南京大学": ("南大",),
    "东南大学": ("东大", "东南大"),
    "南京航空航天大学": ("南航",),
    "南京理工大学": ("南理工", "南理"),
    "南京师范大学": ("南师大", "南师"),
    "南京农业大学": ("南农",),
    "南京林业大学": ("南林",),
    "南京邮电大学": ("南邮",),
    "南京信息工程大学": ("南信大", "南信工"),
    "南京医科大学": ("南医大",),
    "河海大学": ("河海",),
    "江南大学": ("江南大",),
    "苏州大学": ("苏大",),
    "浙江大学": ("浙大",),
    "浙江工业大学": ("浙工大", "浙工"),
    "浙江理工大学": ("浙理工",),
    "浙江师范大学": ("浙师大",),
    "杭州电子科技大学": ("杭电",),
    "温州大学": ("温大",),
    "温州医科大学": ("温医大", "温医"),
    "宁波大学": ("宁大", "甬大"),
    "合肥工业大学": ("合工大",),
    "厦门大学": ("厦大",),
    "福州大学": ("福大",),
    "山东大学": ("山大",),
    "郑州大学": ("郑大",),
    "武汉大学": ("武大",),
    "华中科技大学": ("华科", "华中科大", "华中大"),
    "武汉理工大学": ("武理工", "武汉理工", "武理"),
    "华中师范大学": ("华师", "华中师大", "华大"),
    "华中农业大学": ("华农", "华中农大"),
    "中南财经政法大学": ("中南大", "中南财大", "财大", "中南政法"),
    "湖南大学": ("湖大",),
    "中南大学": ("中南",),
    "国防科技大学": ("国防科大", "科大"),
    "海军军医大学": ("二军大", "海医大"),
    "空军军医大学": ("四军大", "空医大"),
    "中山大学": ("中大",),
    "华南理工大学": ("华工", "华南理工"),
    "华南师范大学": ("华师", "华南师大"),
    "华南农业大学": ("华农", "华南农大"),
    "暨南大学": ("暨大",),
    "南方科技大学": ("南科大",),
    "深圳大学": ("深大",),
    "四川大学": ("川大",),
    "电子科技大学": ("电子科大", "成电", "成都电子科大"),
    "西南交通大学": ("西南交大",),
    "西南财经大学": ("西财", "西南财大"),
    "西南大学": ("西大", "西南大"),
    "西南石油大学": ("西油",),
    "重庆大学": ("重大",),
    "云南大学": ("云大",),
    "贵州大学": ("贵大",),
    "西北大学": ("西大", "西北大"),
    "西安交通大学": ("西交", "西安交大", "西交大"),
    "西北工业大学": ("西工大", "西北工大"),
    "西安电子科技大学": ("西电",),
    "西北农林科技大学": ("西农", "西北农林"),
    "陕西师范大学": ("陕师大", "陕西师大"),
    "长安大学": ("长大",),
    "兰州大学": ("兰大",),
    "石河子大学": ("石大",),
    "新疆大学": ("新大",),
    "青海大学": ("青大",),
    "宁夏大学": ("宁大",),
    "内蒙古大学": ("内大",),
    "郑州轻工业大学": ("郑轻",),
    "安徽大学": ("安大",),
    "燕山大学": ("燕大",),
    "扬州大学": ("扬大",),
}

# The usual short form of what a school teaches.
FIELDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("师范大学", ("师大", "师")),
    ("工业大学", ("工大",)),
    ("理工大学", ("理工", "理")),
    ("科技大学", ("科大", "科")),
    ("农业大学", ("农大", "农")),
    ("林业大学", ("林大", "林")),
    ("医科大学", ("医大", "医")),
    ("中医药大学", ("中医大", "中医")),
    ("财经大学", ("财大", "财")),
    ("交通大学", ("交大", "交")),
    ("民族大学", ("民大",)),
    ("邮电大学", ("邮",)),
    ("外国语大学", ("外大", "外")),
    ("电力大学", ("电",)),
    ("石油大学", ("石大",)),
    ("海洋大学", ("海大",)),
    ("工程大学", ("工程", "工程大")),
    ("师范学院", ("师院", "师")),
    ("工学院", ("工",)),
    ("美术学院", ("美院", "美")),
    ("音乐学院", ("音院", "音")),
    ("体育学院", ("体院", "体")),
    ("医学院", ("医",)),
    ("职业技术大学", ("职大",)),
    ("职业技术学院", ("职院", "职业技术")),
    ("职业学院", ("职院",)),
)
# Places whose short form keeps more than the first character.
PLACES = ("华东", "华中", "华南", "华北", "东北", "西南", "西北", "东南", "中南")


def fold(text: str) -> str:
    """A text as it is compared: full-width and case folded, letters and digits only."""
    normal = unicodedata.normalize("NFKC", text).casefold()
    return "".join(ch for ch in normal if ch.isalnum())


def short_forms(name: str) -> list[str]:
    """The short forms rules make of a name; may be wrong for a school, never for its search."""
    plain = name.partition("（")[0].partition("(")[0]
    forms = list(_by_field(plain))
    if plain.endswith("大学") and 2 < len(plain) <= 5:
        forms += [f"{plain[0]}大", plain[:-2]]
    elif plain.endswith(("大学", "学院")):
        forms.append(plain[:-2])
    return [form for form in dict.fromkeys(forms) if len(form) > 1 and form != name]


def _by_field(name: str) -> Iterable[str]:
    for ending, shorts in FIELDS:
        where = name.removesuffix(ending)
        if where == name or not where:
            continue
        heads = [where] if where in PLACES or len(where) == 1 else [where, where[0]]
        yield from (head + short for head in heads for short in shorts)
        return


def abbreviations_of(name: str) -> list[str]:
    """The abbreviations of the table for a school's name."""
    return list(ABBREVIATIONS.get(name, ()))


def initials_of(text: str) -> str:
    """The first letters of the pinyin of a text: 武汉大学 → whdx."""
    return fold("".join(spell(text, initials=True)))


def pinyin_of(text: str) -> str:
    """The pinyin of a text in one word: 武汉大学 → wuhandaxue."""
    return fold("".join(spell(text)))


def search_text_of(name: str, name_en: str, former: Iterable[str], short: Iterable[str]) -> str:
    """``|name|…|initials|…|``: every word a school is found by, folded, between separators."""
    readings = dict(zip(name, spell_each(name), strict=True))
    own = [name, *short, *short_forms(name)]
    spoken = [[readings.get(ch) or spell(ch)[0] for ch in text] for text in own]
    spoken += [spell_each(text) for text in former]
    words = [fold(text) for text in (*own, *former)]
    words += ["".join(map(fold, syllables)) for syllables in spoken]
    words += ["".join(fold(part)[:1] for part in syllables) for syllables in spoken]
    words += [fold(name_en), "".join(word[:1] for word in name_en.casefold().split())]
    kept = [word for word in dict.fromkeys(words) if word]
    return SEPARATOR + SEPARATOR.join(kept) + SEPARATOR
