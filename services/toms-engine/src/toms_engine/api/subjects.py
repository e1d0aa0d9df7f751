"""What the operations of this service are about, subject by subject, in the order of its document."""

from collections.abc import Mapping
from types import MappingProxyType

SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "frameworks": "Packs of measures and proxies: the published form, import, publication.",
        "editions": "Published editions of frameworks: what they hold, and what differs between two.",
        "measures": "Measures of published editions, read in batches.",
        "valuations": "What quantities are worth, and the way to every pound; files, comparisons, histories.",
        "needs": "Areas, postcodes and indices of deprivation; which measures answer a place's needs.",
    }
)
