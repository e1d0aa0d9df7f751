"""Many lines at once, as columns: read, valued and written in blocks of constant size.

No rule stands here. What a line may state and what it comes to is asked of the domain, once for every
distinct set of options and at both ends of the quantities met under it; the columns only multiply whole
numbers and round. A line that the columns cannot hold exactly is valued by the domain itself.
"""

import os

# One thread for each run: runs are limited in number, and other requests need the machine's other cores.
# Polars reads this once, when it is first imported, which happens below this package alone.
os.environ.setdefault("POLARS_MAX_THREADS", "1")
