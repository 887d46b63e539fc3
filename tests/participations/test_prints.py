"""What goes to the printer: pages, jobs, files that expire, codes that can be read."""

import io
import shutil
import subprocess
from datetime import timedelta
from random import Random

import pytest
from flask_babel import force_locale
from PIL import Image, ImageFilter

from app.accounts.permissions import Role, ScopeKind
from app.core import files, fonts, pdf
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.core.qr import qr_png
from app.jobs.queue import JOBS
from app.participations import prints
from app.participations.models import PrintJob, Representative
from app.participations.prints import drawing
from app.participations.prints.reading import read_content
from app.participations.queries import get_booth, last_jobs
from app.participations.services import (
    Grid,
    assign_booth,
    cancel_print,
    claim_print,
    make_grid,
    order_print,
    rescue_prints,
)
from app.participations.states import BadgeSize, Bundle, PrintStatus
from app.registrations.services import register
from app.registrations.states import RegistrationSource
from tests.factories import (
    make_coming_fair,
    make_delegation,
    make_employer,
    make_participation,
    make_position,
    make_staff,
    make_student,
    save,
)
from tests.statements import count_statements

ZH = {"Accept-Language": "zh-CN"}
EN = {"Accept-Language": "en"}
needs_font = pytest.mark.skipif(
    fonts.find_fonts() is None, reason="no Chinese font on this machine (fonts-noto-cjk)"
)
needs_reader = pytest.mark.skipif(
    shutil.which("zbarimg") is None, reason="no independent reader of codes (zbar-tools)"
)
needs_text = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="no reader of PDF (poppler-utils)"
)


@pytest.fixture
def planner():
    return make_staff(Role.PLANNER)


@pytest.fixture
def chinese(app):
    """The language a job speaks, where no visitor brings one."""
    with force_locale("zh_Hans"):
        yield


@pytest.fixture
def fair(planner):
    fair = make_coming_fair()
    make_grid(fair, Grid(rows=4, columns=8, zone_rows=4, zone_columns=4, aisle_rows=2), by=planner)
    for number, code in enumerate(("A01", "B02"), start=1):
        employer = make_employer(name=f"瓯屿智造{number}有限公司", name_en="Ouyu & Co. (Wenzhou)")
        position = make_position(employer=employer, title="机械设计工程师", openings=None)
        coming = make_participation(fair=fair, employer=employer, positions=[position])
        save(
            Representative(
                participation=coming, name="陈静😀", job_title="人事经理", phone="13800001234"
            )
        )
        assign_booth(coming, get_booth(fair, code), by=planner)
    return fair


def words_of(data, first=1, last=99):
    command = ["pdftotext", "-f", str(first), "-l", str(last), "-", "-"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()


def pages_of(data):
    """How many pages a PDF says it has."""
    return data.count(b"/Type /Page\n")


def run(job):
    db.session.commit()
    JOBS["participations.print"](number=job.id)
    return db.session.get(PrintJob, job.id, populate_existing=True)


def order(fair, bundle, planner, size=""):
    return order_print(fair, bundle, size=size, locale="zh_Hans", by=planner)


# ------------------------------------------------------------------ pages


@pytest.mark.any_database
@needs_font
@needs_text
@pytest.mark.parametrize(
    ("bundle", "pages", "words"),
    [
        (Bundle.SIGNS, 2, ["A01", "瓯屿智造1有限公司", "机械设计工程师", "若干"]),
        (Bundle.CARDS, 2, ["B02", "瓯屿智造2有限公司"]),
        (Bundle.BADGES, 1, ["陈静□", "人事经理", "A01"]),
        (Bundle.BOOTH_POSTERS, 2, ["扫码看岗位", "http://localhost/b/"]),
        (Bundle.POSITIONS, 2, ["机械设计工程师", "本科"]),
        (Bundle.PROGRAMME, 4, ["会刊", "展位索引", "瓯屿智造2有限公司"]),
        (Bundle.PLAN, 1, ["A01", "B16"]),
        (Bundle.EMPLOYER_SHEET, 1, ["签名", "138****1234", "瓯屿智造1有限公司"]),
    ],
)
def test_every_bundle_has_its_pages_and_words(app, fair, planner, bundle, pages, words):
    job = run(order(fair, bundle, planner))
    assert (job.status, job.problem) == (PrintStatus.DONE, "")
    data = files.path_of(job.file_key).read_bytes()
    assert data.startswith(b"%PDF-")
    assert pages_of(data) == pages
    text = words_of(data)
    for word in words:
        assert word in text
    assert "13800001234" not in text


@needs_font
@needs_text
def test_students_stand_on_their_sheet_without_what_nobody_needs(chinese, fair, planner):
    student = make_student(name="陈思远")
    register(student, fair, source=RegistrationSource.SELF, verified=True)
    gone = register(make_student(), fair, source=RegistrationSource.SELF, verified=True)
    gone.tickets[-1].revoked_at = utcnow()
    content = read_content(fair, Bundle.STUDENT_SHEET)
    assert len(content.sheet.rows) == 1
    code, name, school, phone = content.sheet.rows[0]
    assert (name, school) == ("陈*远", "江城理工大学")
    assert phone in ("", f"****{student.phone_last4}")
    assert "陈思远" not in words_of(prints.make_pdf(Bundle.STUDENT_SHEET, content))
    assert code in words_of(prints.make_pdf(Bundle.STUDENT_SHEET, content))


@pytest.mark.any_database
@needs_font
def test_badges_come_ten_on_a_page_or_one(chinese, fair):
    content = read_content(fair, Bundle.BADGES)
    people = tuple(prints.Person(f"人{n}", "", "公司", "A01") for n in range(21))
    content = prints.Content(content.event, staff=people)
    assert pages_of(prints.make_pdf(Bundle.BADGES, content, size=BadgeSize.CARD)) == 3
    assert pages_of(prints.make_pdf(Bundle.BADGES, content, size=BadgeSize.A6)) == 21


@pytest.mark.any_database
@needs_font
def test_no_name_is_too_long_for_its_box(chinese, fair):
    event = read_content(fair, Bundle.SIGNS).event
    post = prints.Post("岗" * 200, "若干", "面议" * 40, "专业" * 90, "地" * 90, "要求" * 900)
    stall = prints.Stall(
        "A01",
        "A",
        "展区" * 30,
        "公司" * 120,
        "公司",
        "Incomprehensibilities" * 12,
        "about " * 90,
        "intro" * 900,
        "http://localhost/b/x",
        (post,) * 40,
        (prints.Person("名" * 60, "职" * 60, "公司" * 60, "A01"),),
    )
    content = prints.Content(event, (stall,))
    for bundle in (Bundle.SIGNS, Bundle.CARDS, Bundle.BADGES, Bundle.POSITIONS, Bundle.PROGRAMME):
        assert prints.make_pdf(bundle, content).startswith(b"%PDF-")


@pytest.mark.any_database
@needs_font
def test_text_is_cut_to_its_width_and_broken_between_characters(app):
    paper = pdf.Paper("x")
    paper.add_page()
    lines = paper.break_lines("温州市人力资源和社会保障局，Wenzhou bureau", 20, 60)
    assert all(paper.width_of(line, 20) <= 60 for line in lines)
    assert not any(line.startswith("，") for line in lines)
    assert "".join(lines).replace(" ", "") == "温州市人力资源和社会保障局，Wenzhoubureau"
    assert paper.readable("a😀\nb") == "a□ b"


def test_a_fair_is_read_in_as_many_statements_however_many_come(chinese, fair, planner):
    def cost():
        db.session.expire_all()
        with count_statements() as seen:
            read_content(fair, Bundle.POSITIONS)
        return len(seen)

    few = cost()
    for _ in range(5):
        employer = make_employer()
        make_participation(
            fair=fair, employer=employer, positions=[make_position(employer=employer)]
        )
    assert cost() <= few


# ------------------------------------------------------------------ codes


def spoiled(picture, *, blur, seed):
    """A picture as a bad phone takes it: blurred, and a tenth of its pixels black or white.

    Phones smooth the specks away before they read; the reader used here does not, so the
    median of nine pixels does what a phone's camera does.
    """
    chance = Random(seed)
    picture = picture.convert("L").filter(ImageFilter.GaussianBlur(blur))
    pixels, (width, height) = picture.load(), picture.size
    for _ in range(width * height // 10):
        pixels[chance.randrange(width), chance.randrange(height)] = chance.choice((0, 255))
    return picture.filter(ImageFilter.MedianFilter(3))


def read_by_another(picture, tmp_path):
    path = tmp_path / "code.png"
    picture.save(path)
    command = ["zbarimg", "--quiet", "--raw", str(path)]
    return subprocess.run(command, capture_output=True, check=False).stdout.decode().strip()


@pytest.mark.any_database
@needs_reader
@pytest.mark.parametrize("side", [180, 300, 390, 560])
def test_a_printed_code_is_read_by_another_program_though_blurred_and_noisy(side, tmp_path):
    address = "https://xunpin.example.gov.cn/b/7K4M92XTFWCW9B0V"
    picture = Image.open(io.BytesIO(qr_png(address))).convert("L")
    picture = picture.resize((side, side), Image.Resampling.BILINEAR)
    for seed in range(5):
        assert read_by_another(spoiled(picture, blur=1.2, seed=seed), tmp_path) == address


@pytest.mark.any_database
@needs_font
@needs_reader
@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="no pdftoppm (poppler-utils)")
@pytest.mark.parametrize("bundle", [Bundle.SIGNS, Bundle.BOOTH_POSTERS, Bundle.POSITIONS])
def test_the_code_on_the_page_itself_is_read_though_blurred_and_noisy(
    chinese, fair, tmp_path, bundle
):
    content = read_content(fair, bundle)
    (tmp_path / "page.pdf").write_bytes(prints.make_pdf(bundle, content))
    command = ["pdftoppm", "-r", "150", "-png", "-f", "1", "-l", "1", "page.pdf", "page"]
    subprocess.run(command, cwd=tmp_path, check=True)
    page = Image.open(next(tmp_path.glob("page-*.png")))
    seen = read_by_another(spoiled(page, blur=0.8, seed=1), tmp_path)
    assert seen == content.stalls[0].address


# ------------------------------------------------------------------ jobs


@needs_font
def test_a_bundle_is_ordered_watched_and_fetched(client, log_in, fair, planner):
    log_in(planner)
    address = f"/staff/fairs/{fair.slug}/print"
    assert client.post(f"{address}/signs", headers=ZH).status_code == 303
    page = client.get(address, headers=ZH).text
    assert "排队等待生成" in page
    job = last_jobs(fair)[Bundle.SIGNS]
    poll = f"/staff/fairs/{fair.slug}/print-jobs/{job.uid}"
    assert f'data-poll="{poll}"' in page
    assert client.get(f"{poll}/file").status_code == 404
    run(job)
    assert "data-poll" not in client.get(poll, headers=ZH).text
    assert "下载 PDF" in client.get(address, headers=ZH).text
    answer = client.get(f"{poll}/file", buffered=True)
    assert answer.data.startswith(b"%PDF-")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert job.locale == "zh_Hans"


@needs_font
def test_ordering_twice_makes_one(fair, planner):
    first = order(fair, Bundle.SIGNS, planner)
    assert order(fair, Bundle.SIGNS, planner) is first
    assert order(fair, Bundle.CARDS, planner) is not first
    run(first)
    assert order(fair, Bundle.SIGNS, planner) is not first


@needs_font
def test_only_one_worker_draws_a_job(fair, planner):
    job = order(fair, Bundle.CARDS, planner)
    assert claim_print(job)
    assert not claim_print(job)
    JOBS["participations.print"](number=job.id)
    JOBS["participations.print"](number=10**9)
    assert job.status is PrintStatus.RUNNING


@needs_font
def test_a_cancelled_job_stops_and_leaves_no_file(client, log_in, fair, planner, monkeypatch):
    monkeypatch.setattr("app.participations.tasks.BEAT", -1)
    job = order(fair, Bundle.SIGNS, planner)
    log_in(planner)
    drawn = []

    def draw(content, _size):
        for number, page in enumerate(real(content, _size)):
            drawn.append(number)
            if number == 0:
                cancel_print(db.session.get(PrintJob, job.id))
                db.session.commit()
            yield page

    real = drawing.DRAWN[Bundle.SIGNS]
    monkeypatch.setattr(drawing, "DRAWN", {**drawing.DRAWN, Bundle.SIGNS: draw})
    job = run(job)
    assert (job.status, job.file_key, drawn) == (PrintStatus.CANCELLED, None, [0])
    uid = order(fair, Bundle.CARDS, planner).uid
    client.post(f"/staff/fairs/{fair.slug}/print-jobs/{uid}/cancel")
    assert last_jobs(fair)[Bundle.CARDS].status is PrintStatus.CANCELLED


@needs_font
def test_a_job_that_breaks_off_says_so(client, log_in, fair, planner, monkeypatch):
    def broken(_content, _size):
        raise ZeroDivisionError
        yield

    monkeypatch.setattr(drawing, "DRAWN", {Bundle.SIGNS: broken})
    assert run(order(fair, Bundle.SIGNS, planner)).status is PrintStatus.FAILED
    log_in(planner)
    page = client.get(f"/staff/fairs/{fair.slug}/print", headers=ZH).text
    assert "中途断了" in page


@needs_font
def test_a_fair_without_employers_has_nothing_to_print(planner):
    job = run(order(make_coming_fair(), Bundle.SIGNS, planner))
    assert job.status is PrintStatus.FAILED
    assert job.problem == "There is nothing to print yet."


def test_a_job_that_lost_its_worker_is_tried_again_and_not_for_ever(fair, planner):
    job = order(fair, Bundle.SIGNS, planner)
    for attempt in range(1, 4):
        assert claim_print(job)
        assert job.attempts == attempt
        with frozen(utcnow() + timedelta(minutes=10)):
            assert rescue_prints() == 1
        db.session.refresh(job)
    assert job.status is PrintStatus.FAILED
    assert rescue_prints() == 0


@needs_font
def test_files_expire_and_the_page_says_so(client, log_in, fair, planner):
    job = run(order(fair, Bundle.BADGES, planner))
    path = files.path_of(job.file_key)
    assert path.exists()
    with frozen(job.expires_at + timedelta(seconds=1)):
        JOBS["participations.prints"]()
    job = db.session.get(PrintJob, job.id, populate_existing=True)
    assert (job.status, job.file_key, path.exists()) == (PrintStatus.EXPIRED, None, False)
    log_in(planner)
    answer = client.get(f"/staff/fairs/{fair.slug}/print-jobs/{job.uid}/file", headers=ZH)
    assert answer.status_code == 410
    assert "请重新生成" in answer.text
    assert "过期" in client.get(f"/staff/fairs/{fair.slug}/print", headers=ZH).text


# ------------------------------------------------------------------ without a font, and who may


def test_without_a_font_the_print_view_is_offered_with_the_reason(
    client, log_in, fair, planner, monkeypatch, tmp_path
):
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font at all")
    monkeypatch.setattr(fonts, "_given", [(str(broken), str(broken))])
    fonts.find_fonts.cache_clear()
    try:
        with pytest.raises(fonts.NoFont):
            pdf.Paper("x")
        log_in(planner)
        address = f"/staff/fairs/{fair.slug}/print"
        for headers, reason in ((ZH, "没有中文字体"), (EN, "no Chinese font")):
            page = client.get(address, headers=headers).text
            assert reason in page
            assert f'action="{address}/signs"' not in page
            assert f'href="{address}/signs"' in page
        client.post(f"{address}/signs")
        assert last_jobs(fair) == {}
        job = run(order(fair, Bundle.SIGNS, planner))
        assert job.problem == fonts.NoFont.message
    finally:
        monkeypatch.undo()
        fonts.find_fonts.cache_clear()


@pytest.mark.parametrize("bundle", list(Bundle))
def test_every_bundle_can_be_printed_from_the_browser(client, log_in, fair, planner, bundle):
    log_in(planner)
    for headers in (ZH, EN):
        answer = client.get(f"/staff/fairs/{fair.slug}/print/{bundle}", headers=headers)
        assert answer.status_code == 200
        assert "style=" not in answer.text
    a6 = client.get(f"/staff/fairs/{fair.slug}/print/{bundle}?size=a6")
    assert a6.status_code == 200


@pytest.mark.parametrize("bundle", ["x", "😀", "signs%00", "a" * 400])
def test_what_is_no_bundle_is_not_found(client, log_in, fair, planner, bundle):
    log_in(planner)
    address = f"/staff/fairs/{fair.slug}/print/{bundle}"
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404
    assert client.get(f"/staff/fairs/{fair.slug}/print-jobs/{bundle}").status_code == 404


def test_who_plans_for_one_delegation_does_not_print_the_fair(client, log_in, fair):
    delegation = make_delegation()
    make_participation(fair=fair, employer=make_employer(delegation=delegation))
    log_in(make_staff(Role.PLANNER, ScopeKind.DELEGATION, delegation.id))
    assert client.get(f"/staff/fairs/{fair.slug}/print").status_code == 403
    assert client.get(f"/staff/fairs/{fair.slug}/print/student-sheet").status_code == 403
