"""The questions most organisers want to ask after a fair: written once, in both languages."""

from app.questions.services import Choice, Draft
from app.questions.states import Occasion, QuestionKind

K = QuestionKind

USUAL: dict[Occasion, tuple[Draft, ...]] = {
    Occasion.STUDENTS: (
        Draft(
            kind=K.RATING,
            label_zh="总体来说，你对这场招聘会满意吗？",
            label_en="All in all, how was this fair for you?",
            is_required=True,
        ),
        Draft(
            kind=K.RATING,
            label_zh="参会单位和岗位适合你吗？",
            label_en="Did the employers and positions suit you?",
        ),
        Draft(
            kind=K.RATING,
            label_zh="报名、签到和找展位方便吗？",
            label_en="Was it easy to register, to get in and to find booths?",
        ),
        Draft(
            kind=K.ANY,
            label_zh="你在现场做了什么？",
            label_en="What did you do there?",
            choices=[
                Choice("投了简历", "Left my CV"),
                Choice("现场面试", "Had an interview"),
                Choice("达成初步意向", "Agreed on a first intent"),
                Choice("了解了温州的政策", "Learned about Wenzhou's policies"),
                Choice("以上都没有", "None of these"),
            ],
        ),
        Draft(
            kind=K.ONE,
            label_zh="你考虑到温州工作吗？",
            label_en="Do you think of working in Wenzhou?",
            choices=[
                Choice("会", "Yes"),
                Choice("可能会", "Perhaps"),
                Choice("不会", "No"),
            ],
        ),
        Draft(
            kind=K.LONG,
            label_zh="我们下次怎样可以做得更好？",
            label_en="What should we do better next time?",
            help_zh="请不要写姓名和电话：回答是匿名的。",
            help_en="Please write no names or phone numbers: answers are anonymous.",
        ),
    ),
    Occasion.EMPLOYERS: (
        Draft(
            kind=K.RATING,
            label_zh="总体来说，贵单位对这场招聘会满意吗？",
            label_en="All in all, how was this fair for your company?",
            is_required=True,
        ),
        Draft(
            kind=K.RATING,
            label_zh="来访学生与贵单位的岗位匹配吗？",
            label_en="Did the students who came fit your positions?",
        ),
        Draft(
            kind=K.RATING,
            label_zh="现场组织和服务如何？",
            label_en="How were organisation and service on site?",
        ),
        Draft(
            kind=K.ONE,
            label_zh="有多少位学生值得继续联系？",
            label_en="With how many students will you stay in touch?",
            choices=[
                Choice("没有", "None"),
                Choice("1–5 位", "1–5"),
                Choice("6–20 位", "6–20"),
                Choice("20 位以上", "More than 20"),
            ],
        ),
        Draft(
            kind=K.ONE,
            label_zh="下次还会参加吗？",
            label_en="Will you come again?",
            choices=[
                Choice("会", "Yes"),
                Choice("看情况", "It depends"),
                Choice("不会", "No"),
            ],
        ),
        Draft(
            kind=K.LONG,
            label_zh="你有什么建议？",
            label_en="What would you suggest?",
        ),
    ),
}
