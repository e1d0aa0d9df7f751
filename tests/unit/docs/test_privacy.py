"""docs/privacy.md says where a person can be named: the tables and the contracts agree with it."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from sqlalchemy import MetaData

import cdp_common.contracts
from cdp_common.db.common_tables import common_metadata
from cdp_tools.services import SERVICES

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "privacy.md").read_text(encoding="utf-8")
MENTIONED = set(re.findall(r"`([a-z]+\.[a-z_]+\.[a-z_]+)`", PAGE))

# How a column or field would be called that is about a person.
OF_A_PERSON = re.compile(
    r"(person|(?<!counts_)(?<!minimum_)people(?!_publications)|surname|first_name|last_name|full_name|forename|e_?mail|phone|birth|gender|ethnic"
    r"|disabilit|religio|home_address|ip_address|user_name|username|password|portal_user)"
)
ALLOWED_CONTRACTS = {
    ("SignatureDraft", "signing_person"),
    ("RenewalDraft", "signing_person"),
    ("EnteredSignature", "signing_person"),
    ("BidAttestation", "portal_user_ref"),
    ("Cohort", "people"),  # counts by category
    ("PublicPerson", "email"),
    ("ContactDetails", "email"),
    ("RegistrationDraft", "person"),
    ("GatheringRegistration", "person"),
    ("SupporterDraft", "person"),
    ("Supporter", "person"),
    ("HubContactDraft", "email"),
    ("HubContactDraft", "telephone"),
    ("HubContact", "email"),
    ("HubContact", "telephone"),
    ("PersonDraft", "email"),
    ("Person", "email"),
}
# A person's number names nobody, nor does who vouched for it: what could name them stands in one table, and
# goes when it is erased.
NUMBERS = {"person_id", "person_role_id", "is_person_asserted"}


def tables() -> Iterator[tuple[str, MetaData]]:
    for service in SERVICES:
        if service.schema is not None:
            module = importlib.import_module(f"{service.package}.storage.tables")
            yield service.schema, module.metadata


def columns() -> set[str]:
    return {
        f"{schema}.{table.name}.{column.name}"
        for schema, metadata in tables()
        for table in (*metadata.tables.values(), *common_metadata.tables.values())
        for column in table.columns
    }


def models() -> Iterator[type[BaseModel]]:
    for found in pkgutil.iter_modules(cdp_common.contracts.__path__):
        module = importlib.import_module(f"cdp_common.contracts.{found.name}")
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, BaseModel):
                yield thing


def test_every_column_that_the_page_names_exists() -> None:
    assert columns() >= MENTIONED
    assert "charter.signing_people.name" in MENTIONED


def test_no_column_is_made_for_a_person_but_those_that_the_page_names() -> None:
    about_people = {name for name in columns() if OF_A_PERSON.search(name)}
    assert about_people - {"charter.signing_people.id"} <= MENTIONED


def test_no_message_names_a_person_but_where_that_is_its_purpose() -> None:
    asked = {
        (model.__name__, field)
        for model in models()
        for field in model.model_fields
        if OF_A_PERSON.search(field) and field not in NUMBERS
    }
    assert asked == ALLOWED_CONTRACTS


# A glossary has a line for each word, and is looked things up in rather than read.
@pytest.mark.parametrize(
    ("path", "most"),
    [("README.md", 150), ("docs/privacy.md", 150), ("docs/method.md", 150), ("docs/glossary.md", 220)],
)
def test_pages_for_readers_stay_short(path: str, most: int) -> None:
    text = (Path(__file__).resolve().parents[3] / path).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= most
