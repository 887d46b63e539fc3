"""The tables of intents."""

import sqlalchemy as sa
from alembic import op

revision = "0011_intents"
down_revision = "0010_checkins"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "number_series",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_number_series")),
    )
    op.create_table(
        "contact_quota",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("alarmed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_contact_quota_taken")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_contact_quota_user_id_user")
        ),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_contact_quota")),
    )
    op.create_table(
        "data_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("viewer_label", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employer.id"], name=op.f("fk_data_view_employer_id_employer")
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name=op.f("fk_data_view_student_id_student")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_data_view_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_view")),
    )
    op.create_index(op.f("ix_data_view_student_id"), "data_view", ["student_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=True),
        sa.Column("fair_id", sa.Integer(), nullable=True),
        sa.Column(
            "purpose",
            sa.Enum(
                "fair",
                "share",
                "news",
                name="consentpurpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employer.id"], name=op.f("fk_consent_employer_id_employer")
        ),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_consent_fair_id_fair")),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name=op.f("fk_consent_student_id_student")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(
        "ix_consent_student_id_purpose", "consent", ["student_id", "purpose"], unique=False
    )
    op.create_table(
        "intent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("position_id", sa.Integer(), nullable=True),
        sa.Column(
            "step",
            sa.Enum(
                "contacted",
                "resume_received",
                "shortlisted",
                "interviewed",
                "preliminary",
                "agreement_signed",
                "offered",
                "tripartite_signed",
                "contract_signed",
                "onboarded",
                "declined_by_student",
                "declined_by_employer",
                "withdrawn",
                "lapsed",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reached_rank", sa.Integer(), nullable=False),
        sa.Column("reached_at", sa.DateTime(), nullable=True),
        sa.Column(
            "proposed_step",
            sa.Enum(
                "contacted",
                "resume_received",
                "shortlisted",
                "interviewed",
                "preliminary",
                "agreement_signed",
                "offered",
                "tripartite_signed",
                "contract_signed",
                "onboarded",
                "declined_by_student",
                "declined_by_employer",
                "withdrawn",
                "lapsed",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "proposed_by",
            sa.Enum(
                "student",
                "employer",
                "organiser",
                "system",
                name="side",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("proposed_at", sa.DateTime(), nullable=True),
        sa.Column("proposal_lapses_at", sa.DateTime(), nullable=True),
        sa.Column("ended_reason", sa.String(), nullable=False),
        sa.Column("employer_note", sa.String(), nullable=False),
        sa.Column("employer_tags", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(proposed_step is null) = (proposed_by is null)", name=op.f("ck_intent_proposal")
        ),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employer.id"], name=op.f("fk_intent_employer_id_employer")
        ),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_intent_fair_id_fair")),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_intent_participation_id_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_intent_position_id_position")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_intent_registration_id_registration"),
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name=op.f("fk_intent_student_id_student")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intent")),
        sa.UniqueConstraint(
            "fair_id",
            "student_id",
            "employer_id",
            name=op.f("uq_intent_fair_id_student_id_employer_id"),
        ),
        sa.UniqueConstraint("uid", name=op.f("uq_intent_uid")),
    )
    op.create_index(
        "ix_intent_employer_id_fair_id", "intent", ["employer_id", "fair_id"], unique=False
    )
    op.create_index(
        "ix_intent_fair_id_reached_rank", "intent", ["fair_id", "reached_rank"], unique=False
    )
    op.create_index(
        op.f("ix_intent_participation_id"), "intent", ["participation_id"], unique=False
    )
    op.create_index(op.f("ix_intent_position_id"), "intent", ["position_id"], unique=False)
    op.create_index(op.f("ix_intent_registration_id"), "intent", ["registration_id"], unique=False)
    op.create_index(op.f("ix_intent_student_id"), "intent", ["student_id"], unique=False)
    op.create_index(op.f("ix_intent_updated_at"), "intent", ["updated_at"], unique=False)
    op.create_table(
        "resume_share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.Integer(), nullable=False),
        sa.Column("resume_id", sa.Integer(), nullable=True),
        sa.Column("consent_id", sa.Integer(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("shared_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consent.id"], name=op.f("fk_resume_share_consent_id_consent")
        ),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employer.id"], name=op.f("fk_resume_share_employer_id_employer")
        ),
        sa.ForeignKeyConstraint(
            ["fair_id"], ["fair.id"], name=op.f("fk_resume_share_fair_id_fair")
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_resume_share_participation_id_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["resume_id"], ["resume.id"], name=op.f("fk_resume_share_resume_id_resume")
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name=op.f("fk_resume_share_student_id_student")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resume_share")),
        sa.UniqueConstraint(
            "fair_id",
            "student_id",
            "employer_id",
            name=op.f("uq_resume_share_fair_id_student_id_employer_id"),
        ),
    )
    op.create_index(
        op.f("ix_resume_share_employer_id"), "resume_share", ["employer_id"], unique=False
    )
    op.create_index(
        op.f("ix_resume_share_participation_id"), "resume_share", ["participation_id"], unique=False
    )
    op.create_index(
        op.f("ix_resume_share_student_id"), "resume_share", ["student_id"], unique=False
    )
    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("intent_id", sa.Integer(), nullable=False),
        sa.Column("live_intent_id", sa.Integer(), nullable=True),
        sa.Column("student_name", sa.LargeBinary(), nullable=False),
        sa.Column("employer_name", sa.String(), nullable=False),
        sa.Column("public_code", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "proposed",
                "signed",
                "withdrawn",
                "refused",
                "lapsed",
                name="agreementstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("position_title", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("pay_text", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column(
            "proposed_by",
            sa.Enum(
                "student",
                "employer",
                "organiser",
                "system",
                name="side",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("employer_signed_at", sa.DateTime(), nullable=True),
        sa.Column("employer_signed_by", sa.String(), nullable=False),
        sa.Column("student_signed_at", sa.DateTime(), nullable=True),
        sa.Column("issued_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column(
            "withdrawn_by",
            sa.Enum(
                "student",
                "employer",
                "organiser",
                "system",
                name="side",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("withdrawn_reason", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "status != 'signed' or (number is not null and employer_signed_at is not null and student_signed_at is not null)",
            name=op.f("ck_agreement_signed"),
        ),
        sa.ForeignKeyConstraint(
            ["intent_id"], ["intent.id"], name=op.f("fk_agreement_intent_id_intent")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("live_intent_id", name=op.f("uq_agreement_live_intent_id")),
        sa.UniqueConstraint("number", name=op.f("uq_agreement_number")),
        sa.UniqueConstraint("public_code", name=op.f("uq_agreement_public_code")),
    )
    op.create_index(op.f("ix_agreement_intent_id"), "agreement", ["intent_id"], unique=False)
    op.create_table(
        "intent_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("intent_id", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "contacted",
                "resume_received",
                "shortlisted",
                "interviewed",
                "preliminary",
                "agreement_signed",
                "offered",
                "tripartite_signed",
                "contract_signed",
                "onboarded",
                "declined_by_student",
                "declined_by_employer",
                "withdrawn",
                "lapsed",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "act",
            sa.Enum(
                "set",
                "proposed",
                "confirmed",
                "refused",
                "taken_back",
                "ended",
                "reopened",
                "moved",
                "reminded",
                name="act",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "side",
            sa.Enum(
                "student",
                "employer",
                "organiser",
                "system",
                name="side",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_label", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("booth_code", sa.String(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("file_key", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("file_type", sa.String(), nullable=True),
        sa.Column("file_size", sa.Integer(), nullable=True),
        sa.Column("file_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user.id"], name=op.f("fk_intent_step_actor_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["intent_id"], ["intent.id"], name=op.f("fk_intent_step_intent_id_intent")
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_intent_step_position_id_position")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intent_step")),
    )
    op.create_index(op.f("ix_intent_step_intent_id"), "intent_step", ["intent_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_intent_step_intent_id"), table_name="intent_step")
    op.drop_table("intent_step")
    op.drop_index(op.f("ix_agreement_intent_id"), table_name="agreement")
    op.drop_table("agreement")
    op.drop_index(op.f("ix_resume_share_student_id"), table_name="resume_share")
    op.drop_index(op.f("ix_resume_share_participation_id"), table_name="resume_share")
    op.drop_index(op.f("ix_resume_share_employer_id"), table_name="resume_share")
    op.drop_table("resume_share")
    op.drop_index(op.f("ix_intent_updated_at"), table_name="intent")
    op.drop_index(op.f("ix_intent_student_id"), table_name="intent")
    op.drop_index(op.f("ix_intent_registration_id"), table_name="intent")
    op.drop_index(op.f("ix_intent_position_id"), table_name="intent")
    op.drop_index(op.f("ix_intent_participation_id"), table_name="intent")
    op.drop_index("ix_intent_fair_id_reached_rank", table_name="intent")
    op.drop_index("ix_intent_employer_id_fair_id", table_name="intent")
    op.drop_table("intent")
    op.drop_index("ix_consent_student_id_purpose", table_name="consent")
    op.drop_table("consent")
    op.drop_index(op.f("ix_data_view_student_id"), table_name="data_view")
    op.drop_table("data_view")
    op.drop_table("contact_quota")
    op.drop_table("number_series")
