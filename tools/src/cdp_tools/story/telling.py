"""The whole story in its order."""

from __future__ import annotations

from cdp_tools.environment import Environment
from cdp_tools.screen import Screen
from cdp_tools.story.ending import keep
from cdp_tools.story.hub import tell_hub
from cdp_tools.story.programme import tell_programme
from cdp_tools.story.reporting import tell_publication, tell_reports, wait_for_promises
from cdp_tools.story.scene import open_connections, open_scene
from cdp_tools.story.tendering import tell_charter, tell_direct_promises, tell_tender

PARTS = (
    ("the programme: place, partners, Statement, framework", tell_programme),
    ("the Knowledge Hub: pages, a training, wordings of consent", tell_hub),
    ("a tender: three sealed bids, opened, scored, awarded", tell_tender),
    ("a grant, a planning obligation, a partner's plan", tell_direct_promises),
    ("a company signs the Charter", tell_charter),
    ("the promises reach the ledger", wait_for_promises),
    ("a quarter is reported and checked", tell_reports),
    ("the quarter is published, corrected, published again", tell_publication),
)


def tell(environment: Environment, screen: Screen) -> None:
    """Fill an empty platform with the sample, part by part, and keep what the ending needs."""
    with open_connections() as http:
        scene = open_scene(environment, http)
        for title, part in PARTS:
            with screen.step(title):
                part(scene)
        keep(scene)
