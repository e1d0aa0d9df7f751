"""Getting the five databases ready: roles, schemas, migrations, and the platform's own clients."""

import asyncio
import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from cdp_common.db.database import Database
from cdp_common.db.provisioning import PreparedDatabase, prepare_database
from cdp_common.db.revisions import current_revision, head_revision
from cdp_tools.environment import OPERATOR_CLIENT_ID, Environment
from cdp_tools.private_files import write_private
from cdp_tools.sandbox_identity import provider_of
from cdp_tools.services import ISSUER, Service
from cdp_tools.supervisor import Program, run_to_end

OPERATOR = {"legal_name": "Sandbox operator", "kind": "public"}
OPERATOR_SCOPES = (
    "charter:write",
    "clients:admin",
    "clients:write",
    "frameworks:write",
    "hub:write",
    "organisations:write",
    "persons:write",
    "places:write",
    "publications:write",
    "reporting:read",
    "valuations:run",
)


def prepare_databases(environment: Environment, admin_url: str) -> dict[str, PreparedDatabase]:
    """Make every service's roles, database and schema; those that exist keep their data. By service name."""
    return asyncio.run(_prepare(environment, admin_url))


def services_behind(
    environment: Environment, databases: Mapping[str, PreparedDatabase]
) -> tuple[Service, ...]:
    """The services whose database is not at the revision of this build: all of them on a first run."""
    return asyncio.run(_behind(environment, databases))


def migrate_databases(
    environment: Environment, databases: Mapping[str, PreparedDatabase], services: Iterable[Service]
) -> None:
    """Bring the databases of these services to this build's revision, side by side."""
    run_to_end(
        [
            Program(
                name=f"{service.name} migrate",
                command=(sys.executable, "-m", service.package, "migrate"),
                variables=environment.migrating_variables(service, databases[service.name]),
                log=environment.log(f"{service.name}-migrate"),
            )
            for service in services
        ]
    )


def provision(environment: Environment, databases: Mapping[str, PreparedDatabase], *, fresh: bool) -> None:
    """Register the operator, its client and the services' own clients at the issuer.

    Done again only when the issuer's database is `fresh`, or when what it should know has changed.
    """
    wanted = json.dumps(provisioning(environment), indent=2)
    done = environment.folder / "provision.json"
    if not fresh and done.exists() and done.read_text(encoding="utf-8") == wanted:
        return
    asked = environment.folder / "provision.wanted.json"
    write_private(asked, wanted)
    program = Program(
        name=f"{ISSUER.name} provision",
        command=(sys.executable, "-m", ISSUER.package, "provision", str(asked)),
        variables=environment.migrating_variables(ISSUER, databases[ISSUER.name]),
        log=environment.log(f"{ISSUER.name}-provision"),
    )
    run_to_end([program])
    asked.replace(done)


def provisioning(environment: Environment) -> dict[str, Any]:
    """What the issuer is asked to know before anyone can call: public keys only."""
    operator = {
        "client_id": OPERATOR_CLIENT_ID,
        "name": "Operator of this sandbox",
        "public_jwk": environment.keys.client_public_key(OPERATOR_CLIENT_ID),
        "scopes": list(OPERATOR_SCOPES),
        "kind": "operator",
    }
    services = [
        {
            "client_id": service.client_id,
            "name": service.name,
            "public_jwk": environment.keys.client_public_key(service.name),
            "scopes": list(service.scopes),
            "kind": "service",
        }
        for service in environment.services
    ]
    return {
        "operator": OPERATOR,
        "clients": [operator, *services],
        "identity_providers": [provider_of(environment)],
    }


async def _prepare(environment: Environment, admin_url: str) -> dict[str, PreparedDatabase]:
    prepared = {}
    for service in environment.services:
        if service.schema is not None:
            passwords = environment.keys.role_passwords(service.name)
            prepared[service.name] = await prepare_database(
                admin_url, service.schema, passwords.owner, passwords.app
            )
    return prepared


async def _behind(environment: Environment, databases: Mapping[str, PreparedDatabase]) -> tuple[Service, ...]:
    found = []
    for service in environment.services:
        if service.name not in databases:
            continue
        prepared = databases[service.name]
        database = Database(prepared.owner_url, schema=prepared.schema, app_name="cdp", pool_size=1)
        async with database.begin() as tx:
            if await current_revision(tx) != head_revision(service.package):
                found.append(service)
        await database.dispose()
    return tuple(found)
