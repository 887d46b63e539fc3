"""What the sample world is made of. Every company and every person here is invented."""

DELEGATIONS = (
    ("YQ", "乐清分团", "Yueqing"),
    ("RA", "瑞安分团", "Rui'an"),
    ("YJ", "永嘉分团", "Yongjia"),
    ("PY", "平阳分团", "Pingyang"),
    ("CN", "苍南分团", "Cangnan"),
    ("LG", "龙港分团", "Longgang"),
    ("LC", "鹿城分团", "Lucheng"),
    ("LW", "龙湾分团", "Longwan"),
    ("OH", "瓯海分团", "Ouhai"),
    ("JK", "经开区分团", "Development Zone"),
    ("SB", "市本级", "City level"),
    ("GZ", "国资分团", "State-owned enterprises"),
)

# Letter, names, industry, delegations that stand there, pillar industry, and position titles.
ZONES = (
    (
        "A",
        "智能装备",
        "Smart equipment",
        "装备制造",
        ("YQ", "OH"),
        None,
        ("机械设计工程师", "机器人应用工程师", "电气自动化工程师", "工艺工程师", "售后技术工程师"),
    ),
    (
        "B",
        "电气新能源",
        "Electrical, new energy",
        "电气与新能源",
        ("YQ", "JK"),
        "electrical",
        (
            "低压电器结构工程师",
            "电力电子工程师",
            "储能系统工程师",
            "嵌入式软件工程师",
            "质量工程师",
        ),
    ),
    (
        "C",
        "汽摩配泵阀",
        "Vehicle parts, valves",
        "汽摩配与泵阀",
        ("RA", "YJ"),
        "auto_parts",
        ("流体机械研发工程师", "模具设计工程师", "材料工程师", "数控编程员", "外贸业务员"),
    ),
    (
        "D",
        "鞋服时尚",
        "Shoes and fashion",
        "鞋服与时尚",
        ("LC", "PY"),
        "footwear_leather",
        ("服装设计师", "鞋样设计师", "电商运营专员", "供应链管培生", "品牌策划"),
    ),
    (
        "E",
        "数字经济",
        "Digital economy",
        "软件与数字经济",
        ("SB", "LW"),
        None,
        ("后端开发工程师", "前端开发工程师", "算法工程师", "产品经理", "数据分析师"),
    ),
    (
        "F",
        "教卫国资",
        "Education, health, state",
        "教育卫生与国企",
        ("GZ", "CN", "LG"),
        None,
        ("高中数学教师", "临床医生", "财务管理岗", "工程管理岗", "人力资源专员"),
    ),
)

NAME_HEADS = (
    "瓯屿",
    "雁鸣",
    "楠屿",
    "心屿",
    "云舸",
    "罗岚",
    "温禾",
    "廊语",
    "鳌帆",
    "麓白",
    "九枫",
    "澄江",
    "海棠",
    "青屿",
    "松澜",
    "珊溪",
    "百丈",
    "楠江",
    "飞云",
    "塘河",
    "江屿",
    "白鹿",
    "仙岩",
    "大罗",
    "泽雅",
    "三垟",
    "洞桥",
    "南麂",
    "霞关",
    "藤桥",
)
NAME_TAILS = {
    "A": ("智造装备有限公司", "机器人有限公司", "自动化科技有限公司", "精密机械有限公司"),
    "B": ("电气股份有限公司", "新能源科技有限公司", "低压电器有限公司", "储能技术有限公司"),
    "C": ("泵阀科技有限公司", "汽车零部件有限公司", "流体机械有限公司", "模具有限公司"),
    "D": ("服饰有限公司", "鞋业有限公司", "时尚设计有限公司", "皮革制品有限公司"),
    "E": ("软件有限公司", "数科有限公司", "信息技术有限公司", "网络科技有限公司"),
    "F": ("职业教育集团", "康养医院", "城市建设发展有限公司", "文旅投资有限公司"),
}
SHORT_TAILS = {
    "A": ("智造", "机器人", "自动化", "精机"),
    "B": ("电气", "新能", "电器", "储能"),
    "C": ("泵阀", "汽配", "流体", "模具"),
    "D": ("服饰", "鞋业", "时尚", "皮革"),
    "E": ("软件", "数科", "信息", "网络"),
    "F": ("职教", "康养", "城发", "文旅"),
}

MAJORS = {
    "A": ("机械工程", "自动化", "机械电子工程"),
    "B": ("电气工程及其自动化", "新能源科学与工程", "电子信息工程"),
    "C": ("材料科学与工程", "能源与动力工程", "车辆工程"),
    "D": ("服装与服饰设计", "产品设计", "市场营销"),
    "E": ("计算机科学与技术", "软件工程", "数据科学与大数据技术"),
    "F": ("数学与应用数学", "临床医学", "会计学"),
}

SURNAMES = "陈王李张刘杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋"
GIVEN = (
    "思远",
    "可欣",
    "子墨",
    "雨桐",
    "一鸣",
    "嘉禾",
    "若溪",
    "明轩",
    "佳怡",
    "浩然",
    "诗涵",
    "俊杰",
    "梓萱",
    "宇航",
    "欣妍",
    "博文",
    "静雯",
    "天佑",
    "晓彤",
    "志远",
    "雅琪",
    "文博",
    "楚涵",
    "家豪",
    "语嫣",
    "泽宇",
    "梦瑶",
    "建国",
    "晨曦",
    "立",
    "悦",
    "航",
    "敏",
    "凯",
    "婷",
    "磊",
    "洁",
    "涛",
)

# Stops of the tour: city, English, host school, venue and days from today.
STOPS = (
    ("杭州", "Hangzhou", "浙江大学", "紫金港校区风雨操场", "Zijingang sports hall", -14),
    ("南京", "Nanjing", "南京大学", "仙林校区体育馆", "Xianlin gymnasium", -7),
    ("武汉", "Wuhan", "武汉大学", "卓尔体育馆", "University gymnasium", 0),
    ("西安", "Xi'an", "西安交通大学", "兴庆校区体育馆", "Xingqing gymnasium", 7),
    ("哈尔滨", "Harbin", "哈尔滨工业大学", "一校区体育馆", "Campus one gymnasium", 13),
    ("成都", "Chengdu", "四川大学", "江安校区体育馆", "Jiang'an gymnasium", 27),
)

PASSWORD = "xunpin-demo"
STAFF = (
    # role, scope, e-mail, name
    ("administrator", "", "admin", "吴珊"),
    ("planner", "", "planner", "郑可"),
    ("reviewer", "YQ", "reviewer", "林岚"),
    ("supervisor", "fair", "supervisor", "徐放"),
    ("help_desk", "fair", "desk", "朱晓"),
    ("gate_staff", "fair", "gate", "何勇"),
)

# Extra questions of the fair in Xi'an: kind, Chinese, English, must it be answered, choices.
ASKED_AT_REGISTRATION: tuple[tuple[str, str, str, bool, tuple[tuple[str, str], ...]], ...] = (
    (
        "one",
        "你想找全职还是实习？",
        "Are you looking for a job or an internship?",
        True,
        (("全职", "A job"), ("实习", "An internship"), ("都可以", "Either")),
    ),
    (
        "any",
        "你想去哪些地方工作？",
        "Where would you like to work?",
        False,
        (
            ("温州市区", "Wenzhou city"),
            ("乐清", "Yueqing"),
            ("瑞安", "Rui'an"),
            ("其他县市", "Elsewhere in Wenzhou"),
        ),
    ),
    (
        "short",
        "有没有特别想见的单位？",
        "Is there an employer you want to meet most?",
        False,
        (),
    ),
    (
        "file",
        "成绩单（有就带上）",
        "Transcript of records, if you have one",
        False,
        (),
    ),
)
WISHES = (
    "做低压电器的，离家近一点",
    "机器人方向的单位",
    "有研究院的企业",
    "想看看储能相关岗位",
    "医院或者学校",
    "国企优先",
    "做软件的都想聊聊",
    "能接受应届生的汽配企业",
    "有人才公寓的单位",
    "暂时没有，先去现场看看",
    "鞋服品牌，做设计",
    "外贸方面的岗位",
)

# What was written in the surveys, each once: nobody says a sentence twice.
SUGGESTIONS = (
    "中午人太多，建议分上午、下午两场",
    "展位图很好用，希望能标出最短路线",
    "希望多一些算法和数据类岗位",
    "面试间有点吵，隔音可以再好一些",
    "排队的地方请放几把椅子",
    "单位把薪资写清楚了，省了很多时间",
    "希望提前三天公布单位名单",
    "有两家单位快结束时已经收摊了",
    "扫码进场很快，没有排队",
    "希望介绍一下人才公寓怎么申请",
    "现场信号不好，参会码加载慢",
    "多来一些医院和学校就好了",
    "志愿者很热情，指路很清楚",
    "希望有讲解职业规划的讲座",
    "实习岗位太少，大三也想参加",
    "投完简历以后能看到进度，这点很好",
    "饮水机离展区太远",
    "希望周末办，平时有课",
    "意向书当场就能签，很方便",
    "标牌上的字可以再大一点",
    "希望研究生岗位单独标出来",
    "没有什么建议，办得不错",
)

# The message that went out with a wrong gate, and the one that put it right:
# subject and text in Chinese, then in English.
WRONG_GATE = (
    "{招聘会}：进场提醒",
    "{姓名}同学，您好！\n\n{招聘会}将于{日期}在{地点}举行。请从北门进场，带好参会码和学生证。\n\n"
    "温州引才专列",
    "{fair}: how to get in",
    "Dear {name},\n\n{fair} takes place on {date} at {venue}. Please come in by the north gate and "
    "bring your ticket and your student card.\n\nWenzhou talent train",
)
RIGHT_GATE = (
    "更正：{招聘会}从南门进场",
    "{姓名}同学，您好！\n\n上一条消息写错了：{日期}北门不开，请从南门进场。地点不变，在{地点}。"
    "带好参会码、学生证和几份简历。\n\n温州引才专列",
    "Correction: {fair}, south gate",
    "Dear {name},\n\nOur last message was wrong: on {date} the north gate is closed, please use "
    "the south gate. The place stays {venue}. Bring your ticket, your student card and some "
    "copies of your CV.\n\nWenzhou talent train",
)
