"""why somebody is kept out, however long it is"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("kept_out") as table:
        table.alter_column("why", type_=sa.Text(), existing_type=sa.String(200), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("kept_out") as table:
        table.alter_column("why", type_=sa.String(200), existing_type=sa.Text(), existing_nullable=False)
