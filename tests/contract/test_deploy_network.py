"""The NetworkPolicies let through the calls of the architecture's table, and nothing else."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from tests.contract import deploy_network as network
from tests.contract.deploy_checks import OVERLAYS, manifests

Documents = list[dict[str, Any]]
Mutate = Callable[[dict[str, dict[str, Any]]], object]
WITH_WEBHOOKS = ("partners-api", "toms-engine", "procurement-api", "charter-api", "reporting-api")
PRIVATE = (
    "10.1.2.3",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "fd00::1",
    "fe80::1",
)
PUBLIC = ("93.184.215.14", "2606:2800:21f:cb07::1")


@pytest.fixture(scope="module")
def live() -> Documents:
    return manifests("live")


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_possible_connections_are_exactly_the_wanted_ones(overlay: str):
    documents = manifests(overlay)

    assert network.edge_faults(documents) == []
    assert ("gateway", "toms-engine", 8102) in network.possible_edges(documents)


def test_the_table_of_calls_has_no_cycle():
    def reached(name: str) -> set[str]:
        return set(network.CALLS[name]).union(*(reached(other) for other in network.CALLS[name]))

    assert [name for name in network.CALLS if name in reached(name)] == []


@pytest.mark.parametrize("address", PRIVATE)
def test_no_service_reaches_a_private_address(live: Documents, address: str):
    assert [name for name in network.CALLS if network.reaches_address(live, name, address, 443)] == []


@pytest.mark.parametrize("address", PUBLIC)
def test_who_sends_webhooks_reaches_the_world_over_https_alone(live: Documents, address: str):
    assert [name for name in network.CALLS if network.reaches_address(live, name, address, 443)] == list(
        WITH_WEBHOOKS
    )
    assert [name for name in network.CALLS if network.reaches_address(live, name, address, 80)] == []


def test_jobs_reach_nothing_outside(live: Documents):
    assert not network.reaches_address(live, "partners-api-migrate", PUBLIC[0], 443)


SEEDS: list[tuple[Mutate, str]] = [
    (lambda policies: policies.pop("default-deny"), "a stranger can reach charter-api-migrate:22"),
    (lambda policies: policies.pop("dns"), "gateway cannot reach DNS:53"),
    (lambda policies: policies.pop("toms-engine"), "gateway cannot reach toms-engine:8102"),
    (
        lambda policies: policies["toms-engine"]["spec"]["egress"].append({}),
        "toms-engine can reach a stranger:22",
    ),
    (
        lambda policies: policies["charter-api"]["spec"]["egress"].pop(0),
        "charter-api cannot reach partners-api:8101",
    ),
    (
        lambda policies: policies["charter-api"]["spec"]["ingress"][0].pop("from"),
        "a stranger can reach charter-api:8104",
    ),
    (
        lambda policies: policies["postgres"]["spec"]["ingress"][0].pop("from"),
        "a stranger can reach postgres:5432",
    ),
]


@pytest.mark.parametrize(("mutate", "expected"), SEEDS, ids=[seed[1] for seed in SEEDS])
def test_a_seeded_hole_or_wall_is_found(live: Documents, mutate: Mutate, expected: str):
    documents = copy.deepcopy(live)
    policies = {item["metadata"]["name"]: item for item in documents if item["kind"] == "NetworkPolicy"}
    mutate(policies)

    others = [item for item in documents if item["kind"] != "NetworkPolicy"]
    faults = network.edge_faults([*others, *policies.values()])

    assert expected in faults


def test_a_block_without_its_exceptions_is_found(live: Documents):
    documents = copy.deepcopy(live)
    policy = next(item for item in documents if item["metadata"]["name"] == "public-https")
    policy["spec"]["egress"][0]["to"][0]["ipBlock"].pop("except")

    assert network.reaches_address(documents, "charter-api", "169.254.169.254", 443)
