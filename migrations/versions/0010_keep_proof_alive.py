"""Add what keeps proof alive: archive time stamps, authorities' health, checkpoints, time stamps that may follow.

Revision: 0010
Follows: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("signing_route") as table:
        table.add_column(sa.Column("stamp_may_follow", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("signing_route") as table:
        table.alter_column("stamp_may_follow", existing_type=sa.Boolean(), server_default=None)
    _create_archive_timestamp()
    op.create_table(
        "authority_check",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(500), nullable=False),
        sa.Column("certificate_ends", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_authority_check")),
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("stamped_at", MOMENT, nullable=False),
        sa.Column("authority", sa.String(300), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_checkpoint")),
    )


def _create_archive_timestamp() -> None:
    op.create_table(
        "archive_timestamp",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("stamps", sa.Integer(), nullable=False),
        sa.Column("stamped_at", MOMENT, nullable=False),
        sa.Column("authority", sa.String(300), nullable=False),
        sa.Column("algorithm", sa.String(60), nullable=False),
        sa.Column("certificate_ends", MOMENT, nullable=False),
        sa.Column("algorithm_ends", MOMENT, nullable=False),
        sa.Column("good_until", MOMENT, nullable=False),
        sa.Column("renewed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_archive_timestamp_version_id")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_archive_timestamp")),
    )
    op.create_index("ix_archive_timestamp_waiting", "archive_timestamp", ["renewed_at", "good_until"])


def downgrade() -> None:
    op.drop_table("audit_checkpoint")
    op.drop_table("authority_check")
    op.drop_index("ix_archive_timestamp_waiting", table_name="archive_timestamp")
    op.drop_table("archive_timestamp")
    with op.batch_alter_table("signing_route") as table:
        table.drop_column("stamp_may_follow")
