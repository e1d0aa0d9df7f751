"""The catalogue that every table of reporting-api belongs to, and what their checks have in common."""

from cdp_common.db.columns import metadata_with_names

metadata = metadata_with_names()

STATUS_KNOWN = "data_status IN ('actual', 'synthetic_sample')"
ROUTE_KNOWN = "route IN ('procurement', 'own_activity', 'grant', 'planning', 'charter', 'joint')"
NUMBERS_FOLLOW = "number = 1 AND previous_number IS NULL OR previous_number = number - 1"
