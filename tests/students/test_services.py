import pytest

from app.accounts.permissions import Role
from app.core import files
from app.core.errors import NotFound
from app.core.transaction import transaction
from app.places.states import EducationLevel
from app.students import queries, services
from app.students.models import Student
from app.students.services import NotAgreed, Profile
from tests.factories import make_school, make_student, make_user, save


def profile(**given):
    usual = {"name": "林晓", "school_name": "江城理工大学", "level": EducationLevel.MASTERS}
    return Profile(**usual | given)


def test_nothing_is_kept_of_somebody_who_has_not_agreed():
    user = make_user(Role.STUDENT)
    with pytest.raises(NotAgreed):
        services.save_profile(user, profile())
    assert queries.find_student(user) is None
    with pytest.raises(NotFound):
        queries.get_student(user)


def test_the_first_profile_keeps_what_was_agreed_to_and_when():
    student = services.save_profile(
        make_user(Role.STUDENT), profile(), agreed=True, wants_news=True
    )
    assert student.privacy_version == services.PRIVACY_VERSION
    assert student.privacy_agreed_at is not None
    assert student.wants_news


def test_a_school_of_the_list_is_tied_to_it_and_another_is_kept_as_typed():
    school = make_school(name="江城理工大学", search_text="|江城理工大学|")
    user = make_user(Role.STUDENT)
    student = services.save_profile(user, profile(school_id=school.id), agreed=True)
    assert student.school_id == school.id
    student = services.save_profile(user, profile(school_name="海外某学院"))
    assert (student.school_id, student.school_name) == (None, "海外某学院")


def test_a_school_typed_in_full_is_found_without_choosing():
    school = make_school(name="江城理工大学", search_text="|江城理工大学|")
    student = services.save_profile(make_user(Role.STUDENT), profile(), agreed=True)
    assert student.school_id == school.id


def test_a_chosen_school_does_not_survive_another_name_typed_over_it():
    school = make_school(name="江城理工大学", search_text="|江城理工大学|")
    student = services.save_profile(
        make_user(Role.STUDENT), profile(school_id=school.id, school_name="江城大学"), agreed=True
    )
    assert (student.school_id, student.school_name) == (None, "江城大学")


def test_what_a_form_does_not_ask_is_left_alone():
    student = make_student(origin="温州", email="a@example.org", wants_news=True)
    services.save_profile(student.user, profile())
    assert (student.origin, student.email, student.wants_news) == ("温州", "a@example.org", True)
    services.save_profile(student.user, profile(origin="", email=""))
    assert (student.origin, student.email) == ("", "")


def test_names_are_sealed_in_the_database(database):
    student = make_student(name="林晓燕")
    raw = database.connection().exec_driver_sql(f"select name from student where id={student.id}")
    assert "林晓燕".encode() not in bytes(raw.scalar_one())


def test_a_resume_is_replaced_in_place_and_its_old_file_goes():
    student = make_student()
    first = files.keep(b"%PDF-1.7 one", "cv.pdf", limit=1000)
    with transaction():
        resume = services.keep_resume(student, first, text="机械设计")
    second = files.keep(b"\x89PNG\r\n\x1a\n two", "cv.png", limit=1000)
    with transaction():
        assert services.keep_resume(student, second) is resume
    assert resume.text == "机械设计"
    assert resume.file_name == "cv.png"
    assert not files.path_of(first.key).exists()
    assert files.path_of(second.key).exists()
    assert queries.current_resume(student) is resume


def test_a_removed_resume_leaves_neither_text_nor_file():
    student = make_student()
    kept = files.keep(b"%PDF-1.7 one", "cv.pdf", limit=1000)
    with transaction():
        resume = services.keep_resume(student, kept, text="机械设计")
    with transaction():
        services.remove_resume(resume)
    assert queries.current_resume(student) is None
    assert (resume.text, resume.file_key) == (None, None)
    assert not files.path_of(kept.key).exists()
    with pytest.raises(NotFound):
        queries.get_own_resume(student.user, resume.uid)


def test_nobody_reads_the_resume_of_somebody_else():
    resume = services.keep_resume(make_student(), text="机械设计")
    with pytest.raises(NotFound):
        queries.get_own_resume(make_student().user, resume.uid)


def test_a_student_without_account_is_found_by_their_own_browser_only_until_linked():
    student = services.add_unlinked_student(profile(), phone="13800001111")
    assert student.phone_last4 == "1111"
    assert queries.find_unlinked_student(student.uid) is student
    services.link_student(student, make_user(Role.STUDENT))
    assert queries.find_unlinked_student(student.uid) is None
    assert student.phone is None


def test_a_student_closed_by_joining_is_not_found_any_more():
    own = make_student()
    other = save(Student(name="林晓", level=EducationLevel.OTHER))
    assert services.link_student(other, own.user) is own
    assert queries.find_unlinked_student(other.uid) is None
