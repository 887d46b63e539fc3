"""What is done with companies, their people and their positions."""

from datetime import date

import pytest
from sqlalchemy import select

from app.accounts.models import AccountLink
from app.accounts.permissions import Role
from app.accounts.services import EmailTaken, hash_password
from app.audit.models import AuditEntry
from app.core.db import db
from app.core.errors import Conflict, DomainError, IllegalTransition, StaleVersion
from app.employers import queries, services
from app.employers.models import PositionEntry
from app.employers.services import CompanyKnown, PositionDetails, Profile, SignUp, check_uscc
from app.employers.states import EmployerStatus, Papers, PayPeriod
from app.notices.models import Notice
from app.places.states import EducationLevel
from tests.employers.test_uscc import GOOD, with_check
from tests.factories import (
    make_employer,
    make_position,
    make_recruiter,
    make_staff,
)

OTHER = with_check("91330302MA2ABCDE2")


def said(**given):
    usual = {
        "email": "new@example.org",
        "password_hash": "hash",
        "company": "温州新叶科技有限公司",
        "number": check_uscc(GOOD),
        "contact_name": "陈小草",
        "contact_phone": "13800000000",
    }
    return SignUp(**usual | given)


def templates():
    return [row.template for row in db.session.scalars(select(Notice).order_by(Notice.id))]


def actions():
    return [row.action for row in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


# ---------------------------------------------------------------------------- sign-up


def test_a_company_and_its_owner_are_made_together():
    user, employer = services.sign_up(said())
    assert user.role is Role.EMPLOYER_OWNER
    assert queries.get_own_employer(user) is employer
    assert (employer.uscc, employer.status) == (GOOD, EmployerStatus.PENDING)
    assert employer.slug == "wen-zhou-xin-ye-ke-ji"
    assert employer.initials.startswith("wzxykj")
    assert "accounts/email-confirm" in templates()
    assert "employer.sign-up" in actions()


def test_a_company_that_is_here_says_whom_to_ask():
    services.sign_up(said())
    with pytest.raises(CompanyKnown) as refused:
        services.sign_up(said(email="second@example.org", company="另一个名字有限公司"))
    assert refused.value.field == "uscc"
    assert refused.value.params == {"who": "陈*草"}
    with pytest.raises(CompanyKnown) as refused:
        services.sign_up(said(email="third@example.org", number=check_uscc(OTHER)))
    assert refused.value.field == "company"


def test_a_company_without_people_sends_to_the_organiser():
    make_employer(name="温州新叶科技有限公司")
    with pytest.raises(CompanyKnown) as refused:
        services.sign_up(said())
    assert refused.value.params == {}


def test_brackets_of_either_width_are_one_name():
    assert services.tidy_name(" 新叶(温州) 科技有限公司 ") == "新叶（温州）科技有限公司"
    assert services.tidy_name("Acme  Pumps Ltd") == "Acme Pumps Ltd"


def test_an_address_that_has_an_account_is_refused():
    make_recruiter(email="new@example.org")
    with pytest.raises(EmailTaken):
        services.sign_up(said())


def test_slugs_do_not_meet():
    services.create_employer("温州新叶有限公司", check_uscc(GOOD), by=None)
    second = services.create_employer("温州新叶股份有限公司", check_uscc(OTHER), by=None)
    assert second.slug == "wen-zhou-xin-ye-2"


# ---------------------------------------------------------------------------- profile


def profile_of(employer, **given):
    usual = {"name": employer.name, "number": check_uscc(GOOD), "contact_name": "陈小草"}
    return Profile(**usual | given)


def test_a_profile_is_changed_once_a_version():
    employer = make_employer(status=EmployerStatus.RETURNED)
    by = make_recruiter(employer)
    version = employer.version
    services.edit_profile(employer, profile_of(employer, city="乐清"), version=version, by=by)
    assert employer.city == "乐清"
    with pytest.raises(StaleVersion) as stale:
        services.edit_profile(employer, profile_of(employer, city="瑞安"), version=version, by=by)
    assert ("City", "乐清", "瑞安") in stale.value.changes
    assert stale.value.current_version == employer.version


def test_an_approved_company_keeps_its_name_and_number():
    employer = make_employer(uscc=OTHER)
    by = make_recruiter(employer)
    new = profile_of(employer, name="改了名字有限公司", short_name="新叶")
    services.edit_profile(employer, new, version=employer.version, by=by)
    assert employer.name != "改了名字有限公司"
    assert employer.uscc == OTHER
    assert employer.short_name == "新叶"
    assert employer.initials == "xy"


def test_the_log_keeps_no_phone_number():
    employer = make_employer()
    by = make_recruiter(employer)
    new = profile_of(employer, contact_phone="13812345678")
    services.edit_profile(employer, new, version=employer.version, by=by)
    entry = db.session.scalars(select(AuditEntry).filter_by(action="employer.edit")).one()
    assert entry.after["contact_phone"] == "…"
    assert "13812345678" not in f"{entry.before}{entry.after}"


def test_papers_run_out():
    employer = make_employer()
    day = date(2026, 3, 1)
    assert employer.papers_on(day) is Papers.MISSING
    employer.file_key = "x"
    assert employer.papers_on(day) is Papers.COMPLETE
    employer.licence_valid_until = date(2026, 4, 1)
    assert employer.papers_on(day) is Papers.EXPIRING
    employer.licence_valid_until = date(2026, 2, 28)
    assert employer.papers_on(day) is Papers.EXPIRED


# ---------------------------------------------------------------------------- review


def test_a_review_goes_back_and_forth_and_everybody_is_told():
    employer = make_employer(status=EmployerStatus.PENDING)
    owner, reviewer = make_recruiter(employer), make_staff(Role.REVIEWER)
    services.return_employer(employer, "执照看不清", by=reviewer)
    assert (employer.status, employer.status_reason) == (EmployerStatus.RETURNED, "执照看不清")
    services.resubmit(employer, by=owner)
    services.approve_employer(employer, by=reviewer)
    assert employer.reviewed_by is reviewer
    services.suspend_employer(employer, "被投诉", by=reviewer)
    services.unsuspend_employer(employer, by=reviewer)
    assert employer.status is EmployerStatus.APPROVED
    assert [name for name in templates() if name.startswith("employers/")][::2] == [
        "employers/returned",
        "employers/approved",
        "employers/suspended",
        "employers/approved",
    ]
    assert actions()[-5:] == [
        "employer.return",
        "employer.resubmit",
        "employer.approve",
        "employer.suspend",
        "employer.unsuspend",
    ]


@pytest.mark.parametrize("verb", ["return_employer", "reject_employer"])
def test_a_refusal_needs_a_reason(verb):
    employer = make_employer(status=EmployerStatus.PENDING)
    with pytest.raises(DomainError):
        getattr(services, verb)(employer, "  ", by=make_staff())
    assert employer.status is EmployerStatus.PENDING


def test_a_rejected_company_stays_rejected():
    employer = make_employer(status=EmployerStatus.REJECTED)
    with pytest.raises(IllegalTransition):
        services.approve_employer(employer, by=make_staff())
    with pytest.raises(IllegalTransition):
        services.unsuspend_employer(make_employer(status=EmployerStatus.PENDING), by=make_staff())


# ---------------------------------------------------------------------------- members


def test_a_colleague_is_invited_and_opens_the_account_by_a_link():
    employer = make_employer()
    owner = make_recruiter(employer)
    member = services.invite_member(
        employer, email="li@example.org", name="李一", role=Role.RECRUITER, by=owner
    )
    assert member.user.password_hash is None
    assert "accounts/invitation" in templates()
    link = db.session.scalars(select(AccountLink)).one()
    assert link.user_id == member.user_id
    services.send_invitation_again(member, by=owner)
    member.user.password_hash = hash_password("four words make one")
    with pytest.raises(Conflict):
        services.send_invitation_again(member, by=owner)


def test_somebody_elses_address_cannot_be_invited():
    owner, other = make_recruiter(), make_recruiter()
    with pytest.raises(EmailTaken):
        services.invite_member(
            queries.get_own_employer(owner),
            email=other.email,
            name="x",
            role=Role.RECRUITER,
            by=owner,
        )


def test_a_removed_colleague_is_shut_out_and_may_come_back():
    employer = make_employer()
    owner, colleague = make_recruiter(employer), make_recruiter(employer, Role.RECRUITER)
    member = queries.get_own_member(employer, colleague.uid)
    version = colleague.session_version
    services.remove_member(member, by=owner)
    assert not colleague.is_active
    assert colleague.session_version > version
    assert queries.find_own_employer(colleague) is None
    again = services.invite_member(
        employer, email=colleague.email, name="x", role=Role.EMPLOYER_OWNER, by=owner
    )
    assert again is member
    assert colleague.is_active
    assert colleague.role is Role.EMPLOYER_OWNER


def test_the_last_owner_stays():
    employer = make_employer()
    owner, colleague = make_recruiter(employer), make_recruiter(employer, Role.RECRUITER)
    own = queries.get_own_member(employer, owner.uid)
    with pytest.raises(Conflict):
        services.remove_member(own, by=owner)
    with pytest.raises(Conflict):
        services.change_role(own, Role.RECRUITER, by=owner)
    services.change_role(
        queries.get_own_member(employer, colleague.uid), Role.EMPLOYER_OWNER, by=owner
    )
    services.change_role(own, Role.RECRUITER, by=owner)
    assert owner.role is Role.RECRUITER


def test_only_a_companys_roles_are_given():
    employer = make_employer()
    owner = make_recruiter(employer)
    with pytest.raises(DomainError):
        services.invite_member(
            employer, email="x@example.org", name="x", role=Role.ADMINISTRATOR, by=owner
        )


# ---------------------------------------------------------------------------- positions

DETAILS = PositionDetails(
    title="机械工程师",
    openings=None,
    levels=[EducationLevel.BACHELORS, EducationLevel.MASTERS],
    majors=["机械工程", "自动化"],
    place="温州·乐清",
    pay_text="8千-1.2万·13薪",
    description="设计 | 改进",
    requirements="限男，35周岁以下",
)


def test_a_position_is_read_as_it_is_written():
    employer = make_employer()
    position = services.create_position(employer, DETAILS, by=make_recruiter(employer))
    assert (position.pay_low, position.pay_high) == (8000, 12000)
    assert (position.pay_period, position.pay_months) == (PayPeriod.MONTH, 13)
    assert position.hints == ["限男", "35周岁以下"]
    assert position.levels == [EducationLevel.MASTERS, EducationLevel.BACHELORS]
    entry = db.session.get(PositionEntry, position.id)
    assert entry.majors == " 机械工程 | 自动化 "
    assert entry.categories == " 0802 0808 "
    assert entry.pay == 12000
    assert "机械工程师" in entry.title


def test_editing_levels_keeps_what_stays():
    employer = make_employer()
    by = make_recruiter(employer)
    position = services.create_position(employer, DETAILS, by=by)
    kept = {row.level: row.id for row in position.level_rows}
    new = PositionDetails(
        title="机械工程师", levels=[EducationLevel.MASTERS, EducationLevel.DOCTORAL]
    )
    services.edit_position(position, new, version=position.version, by=by)
    assert position.levels == [EducationLevel.DOCTORAL, EducationLevel.MASTERS]
    assert kept[EducationLevel.MASTERS] in {row.id for row in position.level_rows}
    assert position.hints == []
    with pytest.raises(StaleVersion):
        services.edit_position(position, DETAILS, version=1, by=by)


def test_a_copy_is_a_position_of_its_own():
    employer = make_employer()
    by = make_recruiter(employer)
    position = services.create_position(employer, DETAILS, by=by)
    copy = services.copy_position(position, by=by)
    assert copy.uid != position.uid
    assert copy.levels == position.levels
    assert db.session.get(PositionEntry, copy.id).text == (
        db.session.get(PositionEntry, position.id).text
    )


def test_an_archived_position_leaves_the_list_and_comes_back():
    employer = make_employer()
    by, position = make_recruiter(employer), make_position(employer=employer)
    services.archive_position(position, by=by)
    assert list(queries.list_positions(employer)) == []
    assert list(queries.list_positions(employer, archived=True)) == [position]
    services.restore_position(position, by=by)
    assert list(queries.list_positions(employer)) == [position]
