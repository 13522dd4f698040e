"""Add what the appraiser's desk keeps, and let of two who judge one point the slower be told.

Words on the dossier itself that an earlier state let stand twice are reduced to the newest.

Revision: 0018
Follows: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OF_DOSSIER = sa.text("nominee_id IS NULL")
REPEATED = """
    DELETE FROM review_item WHERE nominee_id IS NULL AND EXISTS (
        SELECT 1 FROM review_item AS newer
        WHERE newer.nominee_id IS NULL AND newer.dossier_id = review_item.dossier_id
        AND newer.subject = review_item.subject
        AND (newer.reviewed_at > review_item.reviewed_at
             OR (newer.reviewed_at = review_item.reviewed_at AND newer.id > review_item.id)))
"""


def upgrade() -> None:
    op.execute(REPEATED)
    with op.batch_alter_table("review_item") as table:
        table.add_column(sa.Column("lock_version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("review_item") as table:
        table.alter_column("lock_version", server_default=None)
    op.create_index(
        "uq_review_item_of_dossier",
        "review_item",
        ["dossier_id", "subject"],
        unique=True,
        sqlite_where=OF_DOSSIER,
        postgresql_where=OF_DOSSIER,
    )
    _questions_and_remarks()
    _returns()
    _presence_and_reminders()


def _questions_and_remarks() -> None:
    op.create_table(
        "office_question",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("unit_id", sa.Uuid(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("owner_id", sa.Uuid(), sa.ForeignKey("person.id")),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), sa.ForeignKey("person.id")),
        sa.Column("retired_at", sa.DateTime(timezone=True)),
        sa.Column("lock_version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_office_question_unit", "office_question", ["unit_id", "retired_at"])
    op.create_table(
        "remark",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("dossier_id", sa.Uuid(), sa.ForeignKey("dossier.id"), nullable=False, index=True),
        sa.Column("nominee_id", sa.Uuid(), sa.ForeignKey("nominee.id")),
        sa.Column("requirement_code", sa.String(80)),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("version_id", sa.Uuid(), sa.ForeignKey("version.id")),
        sa.Column("page", sa.Integer()),
        *(sa.Column(side, sa.Float()) for side in ("left", "top", "right", "bottom")),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), sa.ForeignKey("person.id")),
        sa.Column("author_name", sa.String(200), nullable=False),
        sa.Column("return_id", sa.Uuid(), sa.ForeignKey("return.id"), index=True),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("page IS NULL OR version_id IS NOT NULL", name="page_of_a_version"),
    )


def _returns() -> None:
    source = sa.Enum("rule", "person", "remark", name="source", native_enum=False, length=40, create_constraint=True)
    kinds = ("collective", "individual")
    kind = sa.Enum(*kinds, name="nominee_kind", native_enum=False, length=40, create_constraint=True)
    op.create_table(
        "return_letter",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("return_id", sa.Uuid(), sa.ForeignKey("return.id"), nullable=False, unique=True),
        sa.Column("dossier_id", sa.Uuid(), sa.ForeignKey("dossier.id"), nullable=False, index=True),
        sa.Column("sender_id", sa.Uuid(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("document_id", sa.Uuid(), sa.ForeignKey("document.id"), nullable=False, unique=True),
    )
    op.create_table(
        "defect",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("return_id", sa.Uuid(), sa.ForeignKey("return.id"), nullable=False, index=True),
        sa.Column("nominee_id", sa.Uuid(), sa.ForeignKey("nominee.id")),
        sa.Column("nominee_kind", kind),
        sa.Column("requirement_code", sa.String(80)),
        sa.Column("rule_id", sa.String(20), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("source", source, nullable=False),
    )


def _presence_and_reminders() -> None:
    kinds = ("return", "appraise", "copies")
    kind = sa.Enum(*kinds, name="kind", native_enum=False, length=40, create_constraint=True)
    mark = sa.Enum("near", "over", name="mark", native_enum=False, length=40, create_constraint=True)
    op.create_table(
        "looking",
        sa.Column("dossier_id", sa.Uuid(), sa.ForeignKey("dossier.id"), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
    op.create_table(
        "term_reminder",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("dossier_id", sa.Uuid(), sa.ForeignKey("dossier.id"), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("mark", mark, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("dossier_id", "kind", "due_on", "mark"),
    )


def downgrade() -> None:
    for table in ("term_reminder", "looking", "defect", "return_letter", "remark", "office_question"):
        op.drop_table(table)
    op.drop_index("uq_review_item_of_dossier", table_name="review_item")
    with op.batch_alter_table("review_item") as table:
        table.drop_column("lock_version")
