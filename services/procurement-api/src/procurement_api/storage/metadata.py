"""What the table modules of procurement-api share."""

from cdp_common.db.columns import metadata_with_names

metadata = metadata_with_names()
