"""From a line on the wire to the domain's own line."""

from decimal import Decimal

from cdp_common.contracts import line_inputs as wire_inputs
from cdp_common.contracts import toms as wire
from toms_engine.domain import inputs as domain
from toms_engine.domain.line import Line


def line_of(line: wire.ValuationLine) -> Line:
    """The line as the domain knows it."""
    members = dict(vars(line))  # its fields as they are: iterating over a model is slow
    if line.inputs is not None:
        members["inputs"] = inputs_of(line.inputs)
    return Line(**members)


def inputs_of(inputs: wire_inputs.LineInputs) -> domain.Inputs:
    """The inputs as the domain knows them; what the wire leaves out holds its neutral value."""
    match inputs:
        case wire_inputs.EmploymentInputs():
            return domain.Employment(tuple(_posts(post) for post in inputs.posts))
        case wire_inputs.AttendanceInputs():
            return domain.Attendance(inputs.sessions, inputs.hours_per_session, inputs.attendees)
        case wire_inputs.VolunteeringInputs():
            return domain.Volunteering(inputs.volunteers, inputs.paid_hours_each)
        case wire_inputs.TrainingInputs():
            weeks = (domain.TrainingWeeks(**dict(row)) for row in inputs.training_weeks)
            return domain.Training(tuple(weeks))
        case wire_inputs.RatioInputs():
            return domain.Ratio(inputs.numerator, inputs.denominator)
        case wire_inputs.NetPoundsInputs():
            return domain.NetPounds(
                inputs.gross_gbp,
                inputs.recoverable_vat_gbp or Decimal(0),
                inputs.paid_by_others_gbp or Decimal(0),
            )


def _posts(post: wire_inputs.Posts) -> domain.Posts:
    return domain.Posts(
        post.headcount, post.hours_per_week, domain.ONE if post.time_share is None else post.time_share
    )
