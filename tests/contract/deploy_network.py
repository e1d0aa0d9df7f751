"""Who may talk to whom under a set of NetworkPolicies, worked out as a cluster would."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from tests.contract.deploy_checks import Document, of_kind, pods

from cdp_tools.services import SERVICES

BASE_PORT = 8100
POSTGRES, TELEMETRY, INGRESS, OPERATOR, DNS, STRANGER = (
    "postgres",
    "otel-collector",
    "ingress controller",
    "PostgreSQL operator",
    "DNS",
    "a stranger",
)
_READS = ("partners-api", "toms-engine", "procurement-api", "charter-api", "reporting-api")
CALLS: Mapping[str, tuple[str, ...]] = {
    "gateway": _READS,
    "partners-api": (),
    "toms-engine": (),
    "procurement-api": ("toms-engine", "partners-api"),
    "charter-api": ("toms-engine", "partners-api"),
    "reporting-api": ("toms-engine", "partners-api", "procurement-api", "charter-api"),
}
"""The architecture's table: who may call whom for its work."""
ISSUER = "partners-api"
"""Beside that table, everyone who checks tokens reads the issuer's keys and revocations."""

Edge = tuple[str, str, int]


@dataclass(frozen=True)
class Party:
    """Somebody on the network: a pod of ours or of another namespace."""

    name: str
    labels: Mapping[str, str]
    namespace: str
    namespace_labels: Mapping[str, str]


def wanted_edges() -> set[Edge]:
    """Every connection that must be possible; there may be no other."""
    port = {service.name: BASE_PORT + service.port_offset for service in SERVICES}
    stores = [service.name for service in SERVICES if service.schema]
    jobs = [f"{name}-migrate" for name in stores] + [f"{ISSUER}-provision", f"{ISSUER}-rotate"]
    edges = {(caller, callee, port[callee]) for caller, callees in CALLS.items() for callee in callees}
    edges |= {(name, ISSUER, port[ISSUER]) for name in CALLS if name != ISSUER}
    edges |= {(INGRESS, name, port[name]) for name in CALLS}
    edges |= {(name, TELEMETRY, 4318) for name in CALLS}
    edges |= {(name, POSTGRES, 5432) for name in (*stores, *jobs)}
    edges |= {(name, POSTGRES, number) for name in (POSTGRES, OPERATOR) for number in (5432, 8000)}
    return edges | {(name, DNS, 53) for name in (*CALLS, *jobs, POSTGRES, TELEMETRY)}


def edge_faults(documents: list[Document]) -> list[str]:
    """Connections that are possible and should not be, and the other way round."""
    wanted, found = wanted_edges(), possible_edges(documents)
    faults = [f"{caller} can reach {callee}:{port}" for caller, callee, port in sorted(found - wanted)]
    return faults + [
        f"{caller} cannot reach {callee}:{port}" for caller, callee, port in sorted(wanted - found)
    ]


def possible_edges(documents: list[Document]) -> set[Edge]:
    """Every connection between two parties, one of them ours, that the policies let through."""
    policies = of_kind(documents, "NetworkPolicy")
    parties = list(_parties(documents))
    home = parties[0].namespace
    ports = sorted({port for _, _, port in wanted_edges()} | {22, 80, 443, 13133})
    # Towards the outside world 443 is open to some; where exactly is a matter of addresses, not of pods.
    return {
        (caller.name, callee.name, port)
        for caller in parties
        for callee in parties
        for port in ports
        if home in (caller.namespace, callee.namespace)
        and (port != 443 or callee.namespace == home)
        and _lets_out(policies, caller, callee, port, home)
        and _lets_in(policies, caller, callee, port, home)
    }


def reaches_address(documents: list[Document], caller: str, address: str, port: int) -> bool:
    """Whether a pod of ours may open a connection to an address outside the cluster."""
    policies = of_kind(documents, "NetworkPolicy")
    party = next(party for party in _parties(documents) if party.name == caller)
    return any(
        any(_block_holds(peer, address) for peer in rule.get("to", [])) or not rule.get("to")
        for policy in policies
        if "Egress" in policy["spec"]["policyTypes"] and _matches(policy["spec"]["podSelector"], party.labels)
        for rule in policy["spec"].get("egress", [])
        if _port_fits(rule, port)
    )


def _parties(documents: list[Document]) -> Iterator[Party]:
    home = of_kind(documents, "Namespace")[0]["metadata"]["name"]
    own = {"kubernetes.io/metadata.name": home}
    for name, template in pods(documents):
        yield Party(name.partition("/")[2], template["metadata"]["labels"], home, own)
    for cluster in of_kind(documents, "Cluster"):
        yield Party(POSTGRES, {"cnpg.io/cluster": cluster["metadata"]["name"]}, home, own)
    for name, labels, namespace, more in (
        (INGRESS, {}, "edge", {"cdp-ingress": "true"}),
        (OPERATOR, {}, "cnpg-system", {}),
        (DNS, {"k8s-app": "kube-dns"}, "kube-system", {}),
        (
            STRANGER,
            {"app.kubernetes.io/name": "gateway", "app.kubernetes.io/component": "service"},
            "other",
            {},
        ),
    ):
        yield Party(name, labels, namespace, {"kubernetes.io/metadata.name": namespace, **more})


def _lets_out(policies: list[Document], caller: Party, callee: Party, port: int, home: str) -> bool:
    return _lets(policies, "Egress", "egress", "to", caller, callee, port, home)


def _lets_in(policies: list[Document], caller: Party, callee: Party, port: int, home: str) -> bool:
    return _lets(policies, "Ingress", "ingress", "from", callee, caller, port, home)


def _lets(
    policies: list[Document], kind: str, rules: str, side: str, own: Party, peer: Party, port: int, home: str
) -> bool:
    if own.namespace != home:
        return True  # other namespaces have policies of their own
    applying = [
        policy["spec"]
        for policy in policies
        if kind in policy["spec"]["policyTypes"] and _matches(policy["spec"]["podSelector"], own.labels)
    ]
    if not applying:
        return True
    return any(
        _port_fits(rule, port)
        and (not rule.get(side) or any(_peer_fits(item, peer, home) for item in rule[side]))
        for spec in applying
        for rule in spec.get(rules, [])
    )


def _peer_fits(item: Mapping[str, Any], peer: Party, home: str) -> bool:
    if "ipBlock" in item:
        return False  # pods have private addresses, which every block of ours leaves out
    if "namespaceSelector" in item:
        if not _matches(item["namespaceSelector"], peer.namespace_labels):
            return False
    elif peer.namespace != home:
        return False
    return _matches(item.get("podSelector", {}), peer.labels)


def _matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    if not selector.get("matchLabels", {}).items() <= labels.items():
        return False
    for expression in selector.get("matchExpressions", []):
        if expression["operator"] != "In":
            raise NotImplementedError(f"the operator {expression['operator']} is not used so far")
        if labels.get(expression["key"]) not in expression["values"]:
            return False
    return True


def _port_fits(rule: Mapping[str, Any], port: int) -> bool:
    return not rule.get("ports") or any(item["port"] == port for item in rule["ports"])


def _block_holds(peer: Mapping[str, Any], address: str) -> bool:
    block, host = peer.get("ipBlock"), ip_address(address)
    if block is None or host.version != ip_network(block["cidr"]).version:
        return False
    return host in ip_network(block["cidr"]) and not any(
        host in ip_network(hole) for hole in block.get("except", [])
    )
