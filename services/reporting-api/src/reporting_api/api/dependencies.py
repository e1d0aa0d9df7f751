"""What routes ask of the application beside the database: other services, the clock, the publishing rules."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.base import Day
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.periods import Period
from cdp_common.web.identity import maybe_caller
from reporting_api.domain.disclosure import DisclosureRule
from reporting_api.storage.remembered import Remembered
from reporting_api.use_cases.publication_files import Signing
from reporting_api.use_cases.sign_heads import HeadSigner


async def partners_client(request: Request) -> PartnersClient:
    """partners-api, called as reporting-api."""
    client: PartnersClient = request.app.state.partners
    return client


async def toms_client(request: Request) -> TomsClient:
    """toms-engine, called as reporting-api."""
    client: TomsClient = request.app.state.toms
    return client


async def service_clock(request: Request) -> Clock:
    """The application's clock, for use cases that read it more than once."""
    clock: Clock = request.app.state.clock
    return clock


async def disclosure_rule(request: Request) -> DisclosureRule:
    """The thresholds in force."""
    rule: DisclosureRule = request.app.state.disclosure_rule
    return rule


async def publication_licence(request: Request) -> str:
    """The licence of publications."""
    licence: str = request.app.state.publication_licence
    return licence


async def publication_signing(request: Request) -> Signing:
    """How publications are addressed and signed."""
    signing: Signing = request.app.state.publication_signing
    return signing


async def ledger_signer(request: Request) -> HeadSigner:
    """What signs the heads of ledgers."""
    signer: HeadSigner = request.app.state.ledger_signer
    return signer


async def memory(request: Request) -> Remembered:
    """What was worked out before and cannot come out differently."""
    kept: Remembered = request.app.state.memory
    return kept


async def window(
    since: Annotated[Day, Query(alias="from", description="First day of the window.")],
    until: Annotated[Day, Query(alias="to", description="Last day of the window, included.")],
) -> Period:
    """The window that figures are asked for."""
    return Period(since, until)


PUBLIC = [Depends(maybe_caller)]
"""For routes that anybody may call: a token is not needed, and a bad one is refused all the same."""

Partners = Annotated[PartnersClient, Depends(partners_client)]
Toms = Annotated[TomsClient, Depends(toms_client)]
LedgerSigner = Annotated[HeadSigner, Depends(ledger_signer)]
ServiceClock = Annotated[Clock, Depends(service_clock)]
PublishingRule = Annotated[DisclosureRule, Depends(disclosure_rule)]
PublicationLicence = Annotated[str, Depends(publication_licence)]
PublicationSigning = Annotated[Signing, Depends(publication_signing)]
Memory = Annotated[Remembered, Depends(memory)]
Window = Annotated[Period, Depends(window)]
