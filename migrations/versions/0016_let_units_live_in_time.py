"""Let units live in time: deciding papers, superiors from a day on, emulation blocks as rows with members.

A block that was a word of the unit becomes a row, of which the unit is a member since it was founded.

Revision: 0016
Follows: 0015
"""

from datetime import date
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

LONG_AGO = date(2000, 1, 1)
EVENTS = ("founded", "renamed", "moved", "merged", "split", "transferred", "abolished")
SIDES = ("before", "after")
PAPER = (("paper_number", sa.String(60)), ("paper_issued_on", sa.Date()), ("paper_issuer", sa.String(300)))


def upgrade() -> None:
    op.create_table(
        "unit_superior",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("unit_id", sa.Uuid(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("superior_id", sa.Uuid(), sa.ForeignKey("unit.id")),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.UniqueConstraint("unit_id", "valid_from"),
    )
    op.create_table(
        "unit_event",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("kind", words("uniteventkind", EVENTS), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        *(sa.Column(name, kind) for name, kind in PAPER),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Uuid(), sa.ForeignKey("person.id")),
    )
    op.create_table(
        "unit_event_part",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("event_id", sa.Uuid(), sa.ForeignKey("unit_event.id"), nullable=False),
        sa.Column("unit_id", sa.Uuid(), sa.ForeignKey("unit.id"), nullable=False, index=True),
        sa.Column("side", words("eventside", SIDES), nullable=False),
        sa.UniqueConstraint("event_id", "unit_id"),
    )
    op.create_table(
        "emulation_block",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("code", sa.String(60), nullable=False, unique=True),
        sa.Column("name", sa.String(300), nullable=False),
        *(sa.Column(name, kind) for name, kind in PAPER),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
    )
    op.create_table(
        "block_membership",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("block_id", sa.Uuid(), sa.ForeignKey("emulation_block.id"), nullable=False, index=True),
        sa.Column("unit_id", sa.Uuid(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.UniqueConstraint("unit_id", "valid_from"),
    )
    with op.batch_alter_table("unit_succession") as table:
        table.add_column(sa.Column("leads", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("unit_succession") as table:
        table.alter_column("leads", server_default=None)
    _make_blocks()
    with op.batch_alter_table("unit") as table:
        table.drop_column("block")


def downgrade() -> None:
    with op.batch_alter_table("unit") as table:
        table.add_column(sa.Column("block", sa.String(200)))
    op.execute(
        """UPDATE unit SET block = (
            SELECT SUBSTR(emulation_block.name, 1, 200) FROM block_membership
            JOIN emulation_block ON emulation_block.id = block_membership.block_id
            WHERE block_membership.unit_id = unit.id AND block_membership.valid_to IS NULL)"""
    )
    with op.batch_alter_table("unit_succession") as table:
        table.drop_column("leads")
    for name in ("block_membership", "emulation_block", "unit_event_part", "unit_event", "unit_superior"):
        op.drop_table(name)


def words(name: str, members: tuple[str, ...]) -> sa.Enum:
    """Checked text, as the tables keep a closed list of words."""
    return sa.Enum(*members, name=name, native_enum=False, length=40, create_constraint=True)


def _make_blocks() -> None:
    bind, unit = op.get_bind(), sa.table("unit", *(sa.column(name) for name in ("id", "block", "founded_on")))
    block = sa.table("emulation_block", *(sa.column(name) for name in ("id", "code", "name", "valid_from")))
    member = sa.table("block_membership", *(sa.column(name) for name in ("id", "block_id", "unit_id", "valid_from")))
    for each, kind in ((unit.c.id, sa.Uuid()), (unit.c.founded_on, sa.Date())):
        each.type = kind
    for table in (block, member):
        for column in table.c:
            column.type = {"valid_from": sa.Date(), "code": sa.String(), "name": sa.String()}.get(column.name, sa.Uuid())
    rows = bind.execute(sa.select(unit.c.id, unit.c.block, unit.c.founded_on).where(unit.c.block.is_not(None))).all()
    ids = {name: uuid4() for name in sorted({row.block for row in rows})}
    for number, (name, key) in enumerate(ids.items(), start=1):
        bind.execute(block.insert().values(id=key, code=f"khoi-{number}", name=name, valid_from=LONG_AGO))
    for row in rows:
        values = {"block_id": ids[row.block], "unit_id": row.id, "valid_from": row.founded_on or LONG_AGO}
        bind.execute(member.insert().values(id=uuid4(), **values))
