"""Single resources carry an ETag, and whoever changes one names the version that was read.

A new route is held to both by being there. What is left out stands below with its reason: add a line only for
one as good.
"""

import inspect

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from tests.contract.descriptions import REST_SERVICES, Operation, application, committed, operations_of

UNTAGGED: dict[str, str] = {
    "list_events": "a feed: its place is the cursor",
    "list_revocations": "a feed: its place is the cursor",
    "get_jwks": "verifiers read it every two seconds and keep it by its keys",
    "get_authorization_server": "settings of the process, and a few hundred bytes",
    "get_hub_preview": "a draft behind a token, kept by nobody",
    "get_domain_proof": "what to put into the DNS: read once, by who puts it there",
    "list_need_layouts": "ships with the build",
    "list_lookups": "a short list for operators",
    "list_bid_receipts": "signed: receipts are held against their signatures",
    "export_register": "streamed",
    "get_evidence_file": "kept by nobody; its Repr-Digest says what it is",
    "get_collective_value": "figures of now; published ones are read as publications, which have one",
    "get_report_template": "a form that is made when it is asked for",
    "get_ledger_head": "signed, and new with every block",
    "get_ledger_keys": "verifiers keep it by its keys",
    "get_need_figures": "figures of now: every answer is another",
    "get_value_at_edition": "figures of now: every answer is another",
    "get_contract_ratios": "figures of now: every answer is another",
    "preview_publication": "figures of now: every answer is another",
    "get_target_progress": "figures of now: every answer is another",
    "get_spend_rules": "ships with the build",
    "get_spend_figures": "figures of now: every answer is another",
    "get_own_spend_figures": "figures of now: every answer is another",
}
"""Reads of one thing without an ETag."""

_SAYS_NOTHING = "changes nothing: what it is about would be too much, or too private, for an address"
_ENDS = "takes a right away, which must not wait for somebody to read again what is taken"
_FORGETS = "erases, whatever was changed meanwhile"

UNMATCHED: dict[str, str] = {
    "validate_bid": _SAYS_NOTHING,
    "record_attendance": "says of named people who came: two at a door tick them off at once",
    "get_registration_standing": _SAYS_NOTHING,
    "replay_webhook_delivery": "sends once more what was sent, and changes nothing",
    "create_hub_preview_token": "makes a token: the draft stays as it is",
    "match_spend_suppliers": "works through what is there, in steps, and says how far it came",
    "remove_spend_supplier_name": _FORGETS,
    "withdraw_consent": _FORGETS,
    "delete_webhook": _ENDS,
    "revoke_client": _ENDS,
    "end_client_credential": _ENDS,
    "revoke_delegation": _ENDS,
    "end_identity_provider": _ENDS,
    "end_person_role": _ENDS,
    "end_role_grant": _ENDS,
    "revoke_portal_appointment": _ENDS,
    "erase_person": _FORGETS,
    "erase_evaluator": _FORGETS,
    "erase_signing_people": _FORGETS,
    "remove_hub_contact": _FORGETS,
    "remove_idea": _FORGETS,
    "erase_public_contact": _FORGETS,
    "delete_export": "a file made of what stays: it can be made again",
}
"""Changes of one thing that neither name its version nor are a record of their own with a key."""

OPERATIONS = {service: operations_of(committed(service)) for service in REST_SERVICES}


def is_of_one_thing(operation: Operation) -> bool:
    """Whether it reads one thing, and not a page of a list."""
    answered = operation.answer_schema() or ""
    return operation.method == "GET" and not operation.is_health and not answered.startswith("Page_")


def tags_its_answers(service: str, operation: Operation) -> bool:
    """Whether the route itself answers with an ETag."""
    route = next(
        each.original_route
        for each in iter_route_contexts(application(service).routes)
        if isinstance(each.original_route, APIRoute)
        and each.path_format == operation.path
        and "GET" in (each.methods or ())
    )
    source = inspect.getsource(route.endpoint)
    return "respond_with" in source or "etag" in source.lower()


@pytest.mark.parametrize("service", REST_SERVICES)
def test_a_read_of_one_thing_carries_an_etag_or_says_why_not(service: str):
    untagged = {
        operation.id
        for operation in OPERATIONS[service]
        if is_of_one_thing(operation) and not tags_its_answers(service, operation)
    }
    assert sorted(untagged - UNTAGGED.keys()) == []
    tagged = {operation.id for operation in OPERATIONS[service]} - untagged
    assert sorted(tagged & UNTAGGED.keys()) == []


@pytest.mark.parametrize("service", REST_SERVICES)
def test_a_read_by_id_carries_an_etag_whatever_the_reason(service: str):
    by_id = [one for one in OPERATIONS[service] if is_of_one_thing(one) and one.path.endswith("}")]
    assert by_id
    assert [one.id for one in by_id if not tags_its_answers(service, one)] == []


@pytest.mark.parametrize("service", REST_SERVICES)
def test_a_change_of_one_thing_names_its_version_or_is_a_record_of_its_own(service: str):
    unmatched = {
        operation.id
        for operation in OPERATIONS[service]
        if operation.method != "GET" and "{" in operation.path
        if not {"If-Match", "Idempotency-Key"} & operation.parameters.keys()
    }
    assert sorted(unmatched - UNMATCHED.keys()) == []
    matched = {operation.id for operation in OPERATIONS[service]} - unmatched
    assert sorted(matched & UNMATCHED.keys()) == []


def test_every_line_is_about_an_operation_that_there_is():
    known = {operation.id for every in OPERATIONS.values() for operation in every}
    assert sorted((UNTAGGED.keys() | UNMATCHED.keys()) - known) == []
