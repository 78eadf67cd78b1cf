"""who wrote a message and at which desk; people kept out of one commune, for a time"""

import datetime as dt

import sqlalchemy as sa
from alembic import op

from bot.store.tables import UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DAYS = 30


def upgrade() -> None:
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("author", sa.String(80), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("commune", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("deed", sa.String(12), nullable=False, server_default="answer"))
    op.create_table(
        "kept_out",
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("commune", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("until", UtcTime(), nullable=False),
        sa.Column("why", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("person", "commune", name=op.f("pk_kept_out")),
    )
    _place_notes()
    _carry_over()


def _place_notes() -> None:
    """What never moved was written where it is now; of the rest nobody knows, and it is shown nowhere else."""
    op.execute(
        "UPDATE messages SET commune = (SELECT commune FROM requests WHERE requests.code = messages.code) "
        "WHERE code NOT IN (SELECT code FROM events WHERE action = 'accept')"
    )


def _carry_over() -> None:
    """Whoever was kept out of all desks for ever: of the communes where the one who did it serves, for a time."""
    blocked = sa.table("blocked", sa.column("person"), sa.column("by"), sa.column("since", UtcTime()), sa.column("why"))
    staff = sa.table("staff", sa.column("person"), sa.column("commune"), sa.column("role"))
    kept_out = sa.table(
        "kept_out", sa.column("person"), sa.column("commune"), sa.column("by"), sa.column("since", UtcTime()),
        sa.column("until", UtcTime()), sa.column("why"),
    )  # fmt: skip
    found = sa.select(blocked, staff.c.commune).join(staff, staff.c.person == blocked.c.by)
    rows = {}
    for row in op.get_bind().execute(found.where(staff.c.role.in_(("officer", "leader")))).mappings():
        rows[row["person"], row["commune"]] = {**row, "until": row["since"] + dt.timedelta(days=DAYS)}
    if rows:
        op.bulk_insert(kept_out, list(rows.values()))
    op.execute("DELETE FROM blocked")


def downgrade() -> None:
    op.drop_table("kept_out")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        for name in ("author", "commune", "deed"):
            batch_op.drop_column(name)
