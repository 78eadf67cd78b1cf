"""whoever files for another, and by what that was agreed to"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("requests", sa.Column("helper", sa.String(80), nullable=True))
    op.add_column("requests", sa.Column("helper_name", sa.String(80), nullable=False, server_default=""))
    helped = sa.text("helper IS NOT NULL")
    op.create_index("ix_requests_helper", "requests", ["helper"], sqlite_where=helped, postgresql_where=helped)
    op.create_table(
        "assents",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("chat", sa.String(80), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_assents")),
    )
    op.create_table(
        "consents",
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("helper", sa.String(80), nullable=False),
        sa.Column("how", sa.String(10), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_consents")),
    )


def downgrade() -> None:
    op.drop_table("consents")
    op.drop_table("assents")
    op.drop_index("ix_requests_helper", table_name="requests")
    op.drop_column("requests", "helper_name")
    op.drop_column("requests", "helper")
