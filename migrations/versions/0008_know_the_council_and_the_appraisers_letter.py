"""Write down the council's members and hours, and keep the appraiser's letter; remember who reached the appraiser.

A dossier that was passed on before gets the moment from its own history. Meetings on record keep their numbers and have
no members by name until somebody enters them.

Revision: 0008
Follows: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ROLES = ("chair", "deputy_chair", "secretary", "member")
PRESENCES = ("present", "written", "absent")
REACHED = """
    UPDATE dossier SET appraiser_since = (
        SELECT MIN(at) FROM audit_event
        WHERE subject = 'dossier' AND subject_id = dossier.id AND tag = 'dossier:status:consolidate')
"""


def upgrade() -> None:
    with op.batch_alter_table("council_meeting") as table:
        table.add_column(sa.Column("opened_at", sa.Time()))
        table.add_column(sa.Column("closed_at", sa.Time()))
    with op.batch_alter_table("dossier") as table:
        table.add_column(sa.Column("appraiser_since", sa.DateTime(timezone=True)))
    op.execute(REACHED)
    _create_members()
    _create_letters()


def _create_members() -> None:
    op.create_table(
        "council_member",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("council_meeting.id"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("honorific", sa.String(20), nullable=False),
        sa.Column("position_title", sa.String(300), nullable=False),
        sa.Column("role", _words("councilrole", ROLES), nullable=False),
        sa.Column("presence", _words("presence", PRESENCES), nullable=False),
        sa.Column("opinion", sa.String(1000), nullable=False),
        sa.UniqueConstraint("meeting_id", "ordinal"),
    )


def _create_letters() -> None:
    op.create_table(
        "appraisal_letter",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), sa.ForeignKey("campaign_revision.id"), nullable=False, index=True),
        sa.Column("scheme_code", sa.String(80), nullable=False),
        sa.Column("appraiser_id", sa.Uuid(), sa.ForeignKey("unit.id"), nullable=False, index=True),
        sa.Column("conferrer_id", sa.Uuid(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("document_id", sa.Uuid(), sa.ForeignKey("document.id"), nullable=False, unique=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_up_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "appraisal_letter_item",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("letter_id", sa.Uuid(), sa.ForeignKey("appraisal_letter.id"), nullable=False),
        sa.Column("nominee_id", sa.Uuid(), sa.ForeignKey("nominee.id"), nullable=False, index=True),
        sa.UniqueConstraint("letter_id", "nominee_id"),
    )


def _words(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=40, create_constraint=True)


def downgrade() -> None:
    op.drop_table("appraisal_letter_item")
    op.drop_table("appraisal_letter")
    op.drop_table("council_member")
    with op.batch_alter_table("dossier") as table:
        table.drop_column("appraiser_since")
    with op.batch_alter_table("council_meeting") as table:
        table.drop_column("closed_at")
        table.drop_column("opened_at")
