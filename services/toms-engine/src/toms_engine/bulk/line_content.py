"""From a line on the wire to the domain's own line."""

from cdp_common.contracts import toms as wire
from cdp_common.contracts.line_inputs import inputs_of
from toms_engine.domain.line import Line


def line_of(line: wire.ValuationLine) -> Line:
    """The line as the domain knows it."""
    members = dict(vars(line))  # its fields as they are: iterating over a model is slow
    if line.inputs is not None:
        members["inputs"] = inputs_of(line.inputs)
    return Line(**members)
