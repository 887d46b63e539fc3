"""Small made-up files with the traps of the real ones."""

import csv
import io
import zipfile
from collections import Counter
from random import Random

import xlsxwriter
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10

HEAD = ["序号", "学校名称", "学校标识码", "主管部门", "所在地", "办学层次", "备注"]


def school(number, name, code, city="江城市", tier="本科", remark=""):
    return [number, name, code, "江城省", city, tier, remark]


def ministry_rows():
    """Two provinces of invented schools, as untidy as the ministry's own list."""
    return [
        ["附件1："],
        ["全国普通高等学校名单\n（截至2025年6月20日）"],
        HEAD,
        ["江城省（3所）"],
        school(1.0, "江城大学 ", 4199010001.0),
        school(2.0, "江城 理工大学", "4199010002"),
        school(3.0, "江城职业学院\u3000", " 4199010003 ", tier="专科", remark="民办"),
        ["海滨市(1所)"],
        school(4.0, "海滨大学", 4198010004.0, city="海滨市"),
        ["注：名单截至上月。"],
    ]


def xlsx(rows, merged=True, name="名单"):
    """An Excel file; rows with one cell are merged over the whole width, as printed lists are."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            if merged and len(row) == 1:
                sheet.merge_range(at, 0, at, len(HEAD) - 1, row[0])
                continue
            for column, cell in enumerate(row):
                sheet.write(at, column, cell)
    return target.getvalue()


def csv_bytes(rows, encoding="utf-8", separator=","):
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=separator).writerows(rows)
    return target.getvalue().encode(encoding)


def bomb(size=300_000_000):
    """A small workbook that unfolds into a large one."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(size // 1_000_000):
                part.write(b"0" * 1_000_000)
    return target.getvalue()


# ----------------------------------------------------------- employers and positions, damaged

CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
EMPLOYER_HEAD = [
    "序号",
    "单位名称",
    "统一社会信用代码",
    "单位性质",
    "所属行业",
    "联系人",
    "联系电话",
]
POSITION_HEAD = [
    "单位名称",
    "岗位名称",
    "招聘人数",
    "学历要求",
    "专业要求",
    "薪资待遇",
    "工作地点",
    "联系电话",
]


def credit_code(number, region="330302"):
    """A valid, invented credit code: 91, a region, nine signs, and its check character."""
    signs = []
    for _ in range(8):
        number, rest = divmod(number, 10)
        signs.append(CODE_SIGNS[rest])
    body = "91" + region + "MA" + "".join(reversed(signs))[-7:]
    return body + uscc.calc_check_digit(body)


def id_number(number):
    """A valid, invented ID number of a person."""
    body = f"330302199{number % 10}0101{number % 1000:03d}"
    return body + ric.calc_check_digit(body)


def old_number(number):
    """A valid old registration number of 15 digits."""
    body = f"33030000{number % 1_000_000:06d}"
    return body + mod_11_10.calc_check_digit(body)


def wrong_check(code):
    """The code with another check character."""
    at = CODE_SIGNS.index(code[-1])
    return code[:-1] + CODE_SIGNS[(at + 7) % len(CODE_SIGNS)]


def with_letter(code, random):
    """The code with a letter O or I typed for one of its digits 0 or 1."""
    places = [at for at, ch in enumerate(code[:17]) if ch in "01" and at != 0]
    at = random.choice(places)
    return code[:at] + {"0": "O", "1": "I"}[code[at]] + code[at + 1 :]


def company_name(number):
    """An invented name no other number has, and that looks like no other."""
    signs = "瓯屿山海云帆星河青岚鹿城雁荡楠溪苍松白石玉环洞头泰顺文成飞云平湖"
    first, second = divmod(number, len(signs))
    third, first = divmod(first, len(signs))
    return f"温州{signs[first]}{signs[second]}{signs[third % len(signs)]}{number}号机械有限公司"


# What happens to codes, and to how many of them; the rest are good, if not always tidy.
DAMAGES = {
    "code-check": (0.02, lambda code, number, random: wrong_check(code)),
    "code-letter": (0.02, lambda code, number, random: with_letter(code, random)),
    "code-old": (0.02, lambda code, number, random: old_number(number)),
    "code-scientific": (0.01, lambda code, number, random: "9.13303E+17"),
    "id-number": (0.01, lambda code, number, random: id_number(number)),
    "code-length": (0.01, lambda code, number, random: code[:17]),
    "code-missing": (0.02, lambda code, number, random: ""),
    "repeated": (0.02, None),
    "": (0.87, lambda code, number, random: untidy(code, random)),
}


def damaged_employers(count, seed=7):
    """Rows of a list of companies with damaged codes, and how many there are of each damage."""
    random = Random(seed)
    shares = [share for share, _ in DAMAGES.values()]
    rows, told, good = [EMPLOYER_HEAD], Counter(), None
    for number in range(1, count + 1):
        damage = random.choices(list(DAMAGES), shares)[0]
        if good is None:
            damage = ""
        code, name = credit_code(number), company_name(number)
        if damage == "repeated":
            code, name = good
        else:
            code = DAMAGES[damage][1](code, number, random)
        good = good or (code, name)
        told[damage] += 1
        phone = random.choice(["13800138000", "+86 138-0013-8000", "0577-88888888"])
        rows.append([number, name, code, "民营", "机械", "陈经理", phone])
    del told[""]
    return rows, dict(told)


def untidy(code, random):
    """A good code as it may be typed."""
    spaced = f" {code[:8]} {code[8:]}\u200b"
    return random.choice([code, code.lower(), spaced, wide(code)])


def wide(text):
    """Digits and letters as wide as Chinese characters."""
    return "".join(chr(ord(ch) + 0xFEE0) if ch.isalnum() else ch for ch in text)


TITLES = [
    "机械工程师",
    "外贸业务员",
    "电气设计师",
    "会计",
    "数控操作工",
    "销售经理",
    "前端开发工程师",
]
LEVELS = ["本科及以上", "大专", "硕士研究生", "不限", "大专及以上", "本科"]
MAJORS = [
    "机械类、电气工程及其自动化",
    "会计学，财务管理",
    "计算机类",
    "不限",
    "国际经济与贸易;商务英语",
]
PAYS = [
    "8千-1.2万",
    "1-1.5万/月",
    "20-40万/年",
    "1.5-2.5万·13薪",
    "150元/天",
    "8k-16k",
    "8k以上",
    "面议",
]
PLACES = ["温州·鹿城区", "瑞安市", "上海·浦东新区", "杭州市滨江区"]


def posting(number, random):
    """One good row of a list of positions."""
    return [
        company_name(number // 3 + 1),
        f"{random.choice(TITLES)}",
        random.choice([1, 3, "5人", "若干", 12]),
        random.choice(LEVELS),
        random.choice(MAJORS),
        random.choice(PAYS),
        f"{random.choice(PLACES)}{number}号",
        random.choice(["13800138000", "0577-88888888"]),
    ]


def shifted_positions(count, seed=11, share=0.05):
    """Rows of a list of positions, some shifted by one; how many to the right and to the left."""
    random = Random(seed)
    rows, told = [POSITION_HEAD], Counter()
    for number in range(count):
        row = posting(number, random)
        if random.random() < share:
            if random.random() < 0.5:
                at = random.randrange(0, 3)
                row = [*row[:at], "", *row[at:]]
                told["right"] += 1
            else:
                at = random.randrange(1, 3)
                row = [*row[:at], *row[at + 1 :], ""]
                told["left"] += 1
        rows.append(row)
    return rows, told
