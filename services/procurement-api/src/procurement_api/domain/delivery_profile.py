"""When a promise runs within its contract, and the days on which its parts fall due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.periods import Period
from procurement_api.domain.contract_period import ContractPeriod, Instalment, period_faults, schedule_faults

_WHOLE = Decimal(1)


@dataclass(frozen=True)
class Profile:
    """What a promise says of its time: days that it leaves out are its contract's.

    Its parts fall due on the days of its `schedule`, or share by share on the last day of each of its years
    (`per_year`); a promise that says neither falls due in equal parts, a month at a time.
    """

    starts_on: date | None = None
    ends_on: date | None = None
    schedule: tuple[Instalment, ...] = ()
    per_year: tuple[Decimal, ...] = ()


WHOLE_CONTRACT = Profile()
"""What a line that says nothing of its time runs for."""


def life_of(profile: Profile, contract: ContractPeriod) -> ContractPeriod:
    """First and last day of the promise."""
    return ContractPeriod(profile.starts_on or contract.starts_on, profile.ends_on or contract.ends_on)


def profile_faults(at: str, profile: Profile, contract: ContractPeriod) -> list[FieldError]:
    """What is wrong with the profile of the line at `at`, whose contract may have faults of its own."""
    if profile is WHOLE_CONTRACT or period_faults(contract, start_at="", end_at=""):
        return []
    life = life_of(profile, contract)
    faults = _life_faults(at, profile, contract)
    if faults:
        return faults
    if profile.schedule and profile.per_year:
        words = "A line has a schedule or a share per year, not both."
        return [FieldError(f"{at}/per_year", "profile_repeated", words)]
    return [*schedule_faults(at, profile.schedule, life), *_per_year_faults(at, profile, life)]


def due_of(profile: Profile, contract: ContractPeriod) -> tuple[Instalment, ...]:
    """The instalments that the profile, which holds, comes to; none stand for equal monthly parts."""
    if not profile.per_year:
        return profile.schedule
    years = _years(life_of(profile, contract))
    shares = zip(years, profile.per_year, strict=True)
    return tuple(Instalment(year.end, share) for year, share in shares if share)


def _life_faults(at: str, profile: Profile, contract: ContractPeriod) -> list[FieldError]:
    life = life_of(profile, contract)
    faults = [
        FieldError(f"{at}/{name}", "outside_contract", "What is promised lies within the contract.")
        for name, day in (("starts_on", profile.starts_on), ("ends_on", profile.ends_on))
        if day is not None and not contract.starts_on <= day <= contract.ends_on
    ]
    if not faults and life.ends_on < life.starts_on:
        faults.append(FieldError(f"{at}/ends_on", "period_reversed", "The line ends before it starts."))
    return faults


def _per_year_faults(at: str, profile: Profile, life: ContractPeriod) -> list[FieldError]:
    if not profile.per_year:
        return []
    years = len(_years(life))
    if len(profile.per_year) != years:
        words = f"The line touches {years} years, counted from its first day: one share for each."
        return [FieldError(f"{at}/per_year", "years_do_not_match", words)]
    if sum(profile.per_year, Decimal(0)) != _WHOLE:
        return [FieldError(f"{at}/per_year", "shares_do_not_sum", "The shares of the years sum to 1.")]
    return []


def _years(life: ContractPeriod) -> tuple[Period, ...]:
    return Period(life.starts_on, life.ends_on).whole_years()
