"""Checks of what keeps a cluster going: keys that are rotated by the clock, and connections for every pod."""

from inspect import signature

from tests.contract.deploy_checks import (
    ROOT,
    Document,
    deployments,
    environment,
    of_kind,
    template_of,
    title,
)

from cdp_common.db.database import Database
from cdp_tools.services import Service


def rotation_faults(documents: list[Document]) -> list[str]:
    """Keys that nothing rotates by the clock, and turns that could overlap, be lost or be tried for ever."""
    jobs = {document["metadata"]["name"]: document["spec"] for document in of_kind(documents, "CronJob")}
    name = "partners-api-rotate"
    if name not in jobs:
        return [f"no CronJob {name}"]
    faults = []
    for name, spec in jobs.items():
        job = spec["jobTemplate"]["spec"]
        wanted = {
            "could overlap": spec.get("concurrencyPolicy") == "Forbid",
            "goes by an unnamed clock": spec.get("timeZone") == "Etc/UTC",
            "is lost when the hour is missed": spec.get("startingDeadlineSeconds", 0) >= 600,
            "is tried for ever": job.get("backoffLimit", 6) <= 3 and job.get("activeDeadlineSeconds", 0) > 0,
            "is suspended": not spec.get("suspend"),
        }
        faults += [f"CronJob/{name} {problem}" for problem, well in wanted.items() if not well]
    return faults


def connection_faults(documents: list[Document]) -> list[str]:
    """A database without enough connections for every pod that there may be, in the midst of a rollout."""
    pool = int(signature(Database.__init__).parameters["pool_size"].default)
    scaled = {item["metadata"]["name"]: item for item in of_kind(documents, "HorizontalPodAutoscaler")}
    ours = sum(_uses_database(template_of(item)) for item in of_kind(documents, "Job", "CronJob"))
    for service, deployment in deployments(documents):
        if service.schema is not None:
            most = scaled[service.name]["spec"]["maxReplicas"] + _surge(deployment)
            ours += most * (pool + _workers(service))
    faults = []
    for cluster in of_kind(documents, "Cluster"):
        there = int(cluster["spec"]["postgresql"]["parameters"]["max_connections"])
        if ours + CONNECTIONS_OF_OTHERS > there:
            faults.append(f"{title(cluster)}: {ours} connections and {CONNECTIONS_OF_OTHERS} of {there}")
    return faults


CONNECTIONS_OF_OTHERS = 13
"""Three that PostgreSQL keeps for its superuser; the operator, its exporter and a person take the rest."""


def _surge(deployment: Document) -> int:
    return int(deployment["spec"]["strategy"]["rollingUpdate"]["maxSurge"])


def _workers(service: Service) -> int:
    """How many queues of jobs a process works through, each over a connection beside the pool."""
    folders = (
        ROOT / "services" / service.name / "src",
        ROOT / "libs" / "common" / "src" / "cdp_common" / "web",
    )
    texts = [file.read_text(encoding="utf-8") for folder in folders for file in folder.rglob("*.py")]
    return sum("from cdp_common.db.jobs import" in text and " working(" in text for text in texts)


def _uses_database(template: Document) -> int:
    return int(any("DATABASE" in variable["name"] for variable in environment(template)))
