"""What a question about the programme was understood to ask is kept with it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column more."""
    op.add_column("exchanges", sa.Column("reading", sa.JSON(), nullable=True))


def downgrade() -> None:
    """And away again."""
    with op.batch_alter_table("exchanges") as table:
        table.drop_column("reading")
