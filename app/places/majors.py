"""Majors and the categories (专业类) they belong to.

Codes and names of the categories follow the ministry's catalogue of undergraduate majors
(普通高等学校本科专业目录, 2024). Beside each stand the majors that are studied or asked for
most, with those of graduate schools (一级学科) and of vocational colleges that job
advertisements put beside them. What is not in the list belongs to no category; nothing is
guessed from a single character.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache

from app.core.words import fold

# code | Chinese | English | majors; a line that begins with blanks goes on with the majors.
_TABLE = """
0101|哲学类|Philosophy|哲学 逻辑学 宗教学 伦理学
0201|经济学类|Economics|经济学 经济统计学 国民经济管理 资源与环境经济学 商务经济学 能源经济
  劳动经济学 数字经济 应用经济学 理论经济学 产业经济学
0202|财政学类|Public finance|财政学 税收学 税务
0203|金融学类|Finance|金融学 金融工程 保险学 投资学 金融数学 信用管理 经济与金融 互联网金融
  金融科技 精算学 金融
0204|经济与贸易类|Economics and trade|国际经济与贸易 贸易经济 国际贸易 国际商务 国际贸易学
  国际经济发展合作
0301|法学类|Law|法学 知识产权 监狱学 国际经贸规则 司法警察学 法律 法律事务 民商法学 经济法学
0302|政治学类|Political science|政治学与行政学 国际政治 外交学 国际事务与国际关系 政治学
0303|社会学类|Sociology|社会学 社会工作 人类学 女性学 家政学 老年学 社会政策
0304|民族学类|Ethnology|民族学
0305|马克思主义理论类|Marxist theory|科学社会主义 中国共产党历史 思想政治教育 马克思主义理论
0306|公安学类|Public security|治安学 侦查学 边防管理 公安学
0401|教育学类|Education|教育学 科学教育 人文教育 教育技术学 艺术教育 学前教育 小学教育 特殊教育
  华文教育 教育康复学 劳动教育 课程与教学论 学科教学
0402|体育学类|Sports|体育教育 运动训练 社会体育指导与管理 武术与民族传统体育 运动人体科学 运动康复
  休闲体育 体育学 电子竞技运动与管理
0501|中国语言文学类|Chinese language and literature|汉语言文学 汉语言 汉语国际教育
  中国少数民族语言文学 古典文献学 应用语言学 秘书学 文秘 中文 中国语言文学
0502|外国语言文学类|Foreign languages|英语 俄语 德语 法语 西班牙语 阿拉伯语 日语 朝鲜语 韩语
  葡萄牙语 意大利语 越南语 泰语 翻译 商务英语 外国语言文学 外国语言学及应用语言学
0503|新闻传播学类|Journalism and communication|新闻学 广播电视学 广告学 传播学 编辑出版学
  网络与新媒体 数字出版 时尚传播 国际新闻与传播 新闻与传播 新媒体
0601|历史学类|History|历史学 世界史 考古学 文物与博物馆学 文物保护技术 文化遗产
0701|数学类|Mathematics|数学与应用数学 信息与计算科学 数理基础科学 数据计算及应用 数学 应用数学
  计算数学
0702|物理学类|Physics|物理学 应用物理学 核物理 声学 量子信息科学 凝聚态物理
0703|化学类|Chemistry|化学 应用化学 化学生物学 分子科学与工程 能源化学 有机化学 分析化学
0704|天文学类|Astronomy|天文学
0705|地理科学类|Geography|地理科学 自然地理与资源环境 人文地理与城乡规划 地理信息科学
0706|大气科学类|Atmospheric science|大气科学 应用气象学 气象技术与工程
0707|海洋科学类|Marine science|海洋科学 海洋技术 海洋资源与环境
0708|地球物理学类|Geophysics|地球物理学 空间科学与技术 防灾减灾科学与工程
0709|地质学类|Geology|地质学 地球化学 地球信息科学与技术 古生物学
0710|生物科学类|Biology|生物科学 生物技术 生物信息学 生态学 整合科学 神经科学 生物学 微生物学
0711|心理学类|Psychology|心理学 应用心理学
0712|统计学类|Statistics|统计学 应用统计学 数据科学 生物统计学 应用统计
0801|力学类|Mechanics|理论与应用力学 工程力学 力学 固体力学 流体力学
0802|机械类|Mechanical engineering|机械工程 机械设计制造及其自动化 材料成型及控制工程 机械电子工程
  工业设计 过程装备与控制工程 车辆工程 汽车服务工程 机械工艺技术 微机电系统工程 机电技术教育
  智能制造工程 智能车辆工程 仿生科学与工程 新能源汽车工程 增材制造工程 智能交互设计
  应急装备技术与工程 机械制造及其自动化 机械设计及理论 机电一体化 机电一体化技术 数控技术
  模具设计与制造 机械制造与自动化 机械设计与制造 汽车检测与维修技术 工业机器人技术 新能源汽车技术
  焊接技术
0803|仪器类|Instruments|测控技术与仪器 精密仪器 智能感知工程 仪器科学与技术
0804|材料类|Materials|材料科学与工程 材料物理 材料化学 冶金工程 金属材料工程 无机非金属材料工程
  高分子材料与工程 复合材料与工程 粉体材料科学与工程 宝石及材料工艺学 焊接技术与工程 功能材料
  纳米材料与技术 新能源材料与器件 材料学 材料工程 材料加工工程 高分子化学与物理
0805|能源动力类|Energy and power|能源与动力工程 能源与环境系统工程 新能源科学与工程 储能科学与工程
  能源服务工程 氢能科学与工程 动力工程及工程热物理 热能与动力工程 流体机械及工程 制冷与空调技术
  热能工程
0806|电气类|Electrical engineering|电气工程及其自动化 智能电网信息工程 光源与照明
  电气工程与智能控制 电机电器智能化 电缆工程 电气工程 电力系统及其自动化 高电压与绝缘技术
  电力电子与电力传动 电机与电器 电气自动化技术 电力系统自动化技术 供用电技术
0807|电子信息类|Electronics and information|电子信息工程 电子科学与技术 通信工程 微电子科学与工程
  光电信息科学与工程 信息工程 广播电视工程 水声工程 电子封装技术 集成电路设计与集成系统
  医学信息工程 电磁场与无线技术 电波传播与天线 电子信息科学与技术 电信工程及管理 应用电子技术教育
  人工智能 海洋信息工程 柔性电子学 智能测控工程 信息与通信工程 集成电路科学与工程 光学工程
  电子信息 应用电子技术 电子信息工程技术 现代通信技术 微电子学与固体电子学
0808|自动化类|Automation|自动化 轨道交通信号与控制 机器人工程 邮政工程 核电技术与控制工程
  智能装备与系统 工业智能 智能工程与创意设计 控制科学与工程 控制工程 控制理论与控制工程
  模式识别与智能系统 检测技术与自动化装置 工业自动化
0809|计算机类|Computer science|计算机科学与技术 软件工程 网络工程 信息安全 物联网工程 数字媒体技术
  智能科学与技术 空间信息与数字技术 电子与计算机工程 数据科学与大数据技术 网络空间安全 新媒体技术
  电影制作 保密技术 服务科学与工程 虚拟现实技术 区块链工程 密码科学与技术 计算机应用技术
  计算机网络技术 软件技术 大数据技术 云计算技术应用 人工智能技术应用 计算机软件与理论
  计算机系统结构 大数据
0810|土木类|Civil engineering|土木工程 建筑环境与能源应用工程 给排水科学与工程 建筑电气与智能化
  城市地下空间工程 道路桥梁与渡河工程 铁道工程 智能建造 结构工程 岩土工程 建筑工程技术
  道路与桥梁工程技术
0811|水利类|Hydraulic engineering|水利水电工程 水文与水资源工程 港口航道与海岸工程 水务工程
  水利工程 水利科学与工程
0812|测绘类|Surveying|测绘工程 遥感科学与技术 导航工程 地理国情监测 测绘科学与技术 工程测量技术
0813|化工与制药类|Chemical and pharmaceutical engineering|化学工程与工艺 制药工程
  资源循环科学与工程 能源化学工程 化学工程与工业生物工程 精细化工 化学工程与技术 化学工程
  应用化工技术 化工工艺
0814|地质类|Geological engineering|地质工程 勘查技术与工程 资源勘查工程 地下水科学与工程
0815|矿业类|Mining|采矿工程 石油工程 矿物加工工程 油气储运工程
0816|纺织类|Textiles|纺织工程 服装设计与工程 非织造材料与工程 服装设计与工艺教育 丝绸设计与工程
  纺织科学与工程 服装设计与工艺 纺织品设计
0817|轻工类|Light industry|轻化工程 包装工程 印刷工程 香料香精技术与工程 化妆品技术与工程
  生物质能源与材料 皮革化学与工程 鞋类设计与工艺 皮革工程 皮革 制鞋 鞋类设计
0818|交通运输类|Transport|交通运输 交通工程 航海技术 轮机工程 飞行技术 交通设备与控制工程 智慧交通
  交通运输工程 城市轨道交通运营管理
0819|海洋工程类|Ocean engineering|船舶与海洋工程 海洋工程与技术 海洋资源开发技术
0820|航空航天类|Aerospace|航空航天工程 飞行器设计与工程 飞行器制造工程 飞行器动力工程
  飞行器控制与信息工程 无人驾驶航空器系统工程 航空宇航科学与技术 无人机应用技术
0821|兵器类|Weapons|武器系统与工程 弹药工程与爆炸技术 特种能源技术与工程
0822|核工程类|Nuclear engineering|核工程与核技术 辐射防护与核安全
0823|农业工程类|Agricultural engineering|农业工程 农业机械化及其自动化 农业电气化 农业水利工程
0824|林业工程类|Forestry engineering|森林工程 木材科学与工程 林产化工 家具设计与工程
0825|环境科学与工程类|Environment|环境科学与工程 环境工程 环境科学 环境生态工程 环保设备工程
  水质科学与技术 环境监测与控制技术
0826|生物医学工程类|Biomedical engineering|生物医学工程 假肢矫形工程 康复工程 医疗器械
0827|食品科学与工程类|Food science|食品科学与工程 食品质量与安全 粮食工程 乳品工程 酿酒工程
  食品营养与健康 食品科学
0828|建筑类|Architecture|建筑学 城乡规划 风景园林 历史建筑保护工程 人居环境科学与技术 城市设计
  城市规划
0829|安全科学与工程类|Safety engineering|安全工程 应急技术与管理 职业卫生工程 安全科学与工程
0830|生物工程类|Bioengineering|生物工程 生物制药 合成生物学 生化工程
0831|公安技术类|Police technology|刑事科学技术 消防工程 网络安全与执法
0901|植物生产类|Crop production|农学 园艺 植物保护 植物科学与技术 种子科学与工程 茶学
  设施农业科学与工程
0902|自然保护与环境生态类|Nature conservation|农业资源与环境 水土保持与荒漠化防治
  野生动物与自然保护区管理
0903|动物生产类|Animal production|动物科学 蚕学 蜂学 经济动物学
0904|动物医学类|Veterinary medicine|动物医学 动物药学 动植物检疫 兽医
0905|林学类|Forestry|林学 园林 森林保护 园林技术
0906|水产类|Fisheries|水产养殖学 海洋渔业科学与技术 水族科学与技术
1001|基础医学类|Basic medicine|基础医学 生物医学
1002|临床医学类|Clinical medicine|临床医学 麻醉学 医学影像学 眼视光医学 精神医学 放射医学 儿科学
  内科学 外科学 妇产科学
1003|口腔医学类|Stomatology|口腔医学
1004|公共卫生与预防医学类|Public health|预防医学 食品卫生与营养学 妇幼保健医学 卫生监督 公共卫生
1005|中医学类|Chinese medicine|中医学 针灸推拿学 中医康复学 中医养生学
1006|中西医结合类|Integrated medicine|中西医临床医学 中西医结合
1007|药学类|Pharmacy|药学 药物制剂 临床药学 药事管理 药物分析 药物化学 药剂学
1008|中药学类|Chinese pharmacy|中药学 中药资源与开发 中药制药
1009|法医学类|Forensic medicine|法医学
1010|医学技术类|Medical technology|医学检验技术 医学实验技术 医学影像技术 眼视光学 康复治疗学
  口腔医学技术 卫生检验与检疫 康复治疗技术
1011|护理学类|Nursing|护理学 助产学 护理 助产
1201|管理科学与工程类|Management science|管理科学 信息管理与信息系统 工程管理 房地产开发与管理
  工程造价 保密管理 大数据管理与应用 计算金融 应急管理 管理科学与工程 造价
1202|工商管理类|Business administration|工商管理 市场营销 会计学 财务管理 国际商务管理
  人力资源管理 审计学 资产评估 物业管理 文化产业管理 劳动关系 体育经济与管理 财务会计教育
  市场营销教育 会计 财务 审计 企业管理 大数据与会计 大数据与财务管理 人力资源
1203|农业经济管理类|Agricultural management|农林经济管理 农村区域发展
1204|公共管理类|Public administration|公共事业管理 行政管理 劳动与社会保障 土地资源管理 城市管理
  海关管理 交通管理 海事管理 公共关系学 健康服务与管理 养老服务管理 公共管理
1205|图书情报与档案管理类|Library and archives|图书馆学 档案学 信息资源管理 图书情报
1206|物流管理与工程类|Logistics|物流管理 物流工程 采购管理 供应链管理 现代物流管理
1207|工业工程类|Industrial engineering|工业工程 标准化工程 质量管理工程
1208|电子商务类|E-commerce|电子商务 电子商务及法律 跨境电子商务 跨境电商
1209|旅游管理类|Tourism|旅游管理 酒店管理 会展经济与管理 旅游管理与服务教育
1301|艺术学理论类|Art theory|艺术史论 艺术管理 非物质文化遗产保护
1302|音乐与舞蹈学类|Music and dance|音乐表演 音乐学 作曲与作曲技术理论 舞蹈表演 舞蹈学 舞蹈编导
  音乐教育
1303|戏剧与影视学类|Drama and film|表演 戏剧学 电影学 戏剧影视文学 广播电视编导 戏剧影视导演
  戏剧影视美术设计 录音艺术 播音与主持艺术 动画 影视摄影与制作 影视技术
1304|美术学类|Fine arts|美术学 绘画 雕塑 摄影 书法学 中国画
1305|设计学类|Design|艺术设计学 视觉传达设计 环境设计 产品设计 服装与服饰设计 公共艺术 工艺美术
  数字媒体艺术 艺术与科技 陶瓷艺术设计 新媒体艺术 包装设计 艺术设计 设计学 平面设计 室内设计
  鞋服设计
"""

# What people write for several categories at once, and where their codes begin.
_GROUPS = {
    "理工": ("07", "08"),
    "工": ("08",),
    "理": ("07",),
    "工程": ("08",),
    "经管": ("02", "12"),
    "文": ("05", "06"),
    "农": ("09",),
    "医": ("10",),
    "医学": ("10",),
    "艺术": ("13",),
}
# Names that advertisements give to categories, beside the catalogue's own.
_SHORT = {
    "机电": "0802 0806",
    "电子": "0807",
    "信息": "0807 0809",
    "经济": "0201 0204",
    "国贸": "0204",
    "贸易": "0204",
    "外语": "0502",
    "中文": "0501",
    "财会": "1202",
    "财经": "0201 0202 0203",
    "管理": "1201 1202",
    "化工": "0813",
    "制药": "0813",
    "医药": "1007 0813",
    "服装": "0816 1305",
    "设计": "1305",
    "动力": "0805",
    "能源": "0805",
    "新能源": "0805 0804",
    "建筑工程": "0810 0828",
    "食品": "0827",
    "环境": "0825",
    "护理": "1011",
    "教育": "0401",
    "师范": "0401",
    "传媒": "0503",
}


class Match(Enum):
    """How a wish for majors takes in somebody's own."""

    ANY = "any"
    SAME = "same"
    PART = "part"
    CATEGORY = "category"


@dataclass(frozen=True)
class Category:
    """One category of majors."""

    code: str
    name_zh: str
    name_en: str


@cache
def categories() -> dict[str, Category]:
    """All categories by their code, in the catalogue's order."""
    return {code: Category(code, zh, en) for code, zh, en, _majors in _lines()}


def categories_of(major: str) -> set[str]:
    """The codes of the categories a major, or a category's own name, belongs to.

    An unknown major takes those of the longest known ones in it: 机械工程（智能制造）.
    """
    word = tidy_major(major)
    known = _known()
    if word in known:
        return set(known[word])
    inside = [name for name in known if len(name) > 2 and name in word]
    longest = max(map(len, inside), default=0)
    return {code for name in inside if len(name) == longest for code in known[name]}


def tidy_major(major: str) -> str:
    """A major as it is compared: one width, small letters, without 专业 and 相关 at its end."""
    word = fold(major).replace(" ", "")
    for end in ("等相关专业", "相关专业", "等专业", "专业", "相关"):
        if word.endswith(end) and len(word) > len(end) + 1:
            word = word.removesuffix(end)
    return word


def names_category(wanted: str) -> set[str]:
    """The codes of the categories that ``wanted`` names as a whole, if it does.

    机械类 does, 机械相关专业 does, and so does 机械 alone, as no major has that name;
    自动化 is a major and does not. 理工科 names many.
    """
    word = tidy_major(wanted)
    for name, begins in _GROUPS.items():
        if word in (f"{name}类", f"{name}科", f"{name}科类", f"{name}学"):
            return {code for code in categories() if code.startswith(begins)}
    stem = word.removesuffix("类").removesuffix("大")
    is_whole = word.endswith("类") or "相关" in wanted or word not in _known()
    return set(_shortened().get(stem, ())) if is_whole else set()


def takes_all(wanted: str) -> bool:
    """Whether a wish says that any major will do."""
    return tidy_major(wanted) in {"不限", "专业不限", "不限专业", "无要求", "any", "anymajor"}


def match(wanted: Iterable[str], own: str) -> tuple[Match, str] | None:
    """How a position's majors take in a student's, with the wish that does; None if none does.

    The same name is best, then one name within the other, then a whole category (机械类)
    that the student's major belongs to. No majors means any.
    """
    wishes = [wish for wish in wanted if tidy_major(wish)]
    if not wishes or any(takes_all(wish) for wish in wishes):
        return Match.ANY, ""
    word = tidy_major(own)
    if not word:
        return None
    mine = categories_of(own)
    for wish in wishes:
        if tidy_major(wish) == word:
            return Match.SAME, wish
    for wish in wishes:
        asked = tidy_major(wish)
        is_inside = min(len(asked), len(word)) > 1 and (asked in word or word in asked)
        if is_inside and not names_category(wish):
            return Match.PART, wish
    for wish in wishes:
        if names_category(wish) & mine:
            return Match.CATEGORY, wish
    return None


def _lines() -> list[tuple[str, str, str, list[str]]]:
    rows = [line.split("|") for line in _TABLE.replace("\n  ", " ").strip().splitlines()]
    return [(code, zh, en, majors.split()) for code, zh, en, majors in rows]


@cache
def _known() -> dict[str, frozenset[str]]:
    """Majors and category names, tidied, to the codes they stand in."""
    found: dict[str, set[str]] = {}
    for code, zh, _en, majors in _lines():
        for name in (zh, *majors):
            found.setdefault(tidy_major(name), set()).add(code)
    return {name: frozenset(codes) for name, codes in found.items()}


@cache
def _shortened() -> dict[str, frozenset[str]]:
    """What stands before 类 in advertisements, to the codes it means."""
    known = _known()
    found = {name.removesuffix("类"): codes for name, codes in known.items()}
    return found | {name: frozenset(codes.split()) for name, codes in _SHORT.items()}
