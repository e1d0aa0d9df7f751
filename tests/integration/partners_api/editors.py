"""Who writes for a Knowledge Hub in tests: people of two organisations, and a programme manager."""

from dataclasses import dataclass

from tests.integration.partners_api.world import Json, Registered, World

OBJECTIVES = [{"code": "O1", "title": "More jobs"}, {"code": "O6", "title": "Help for communities"}]
SCOPES = ["hub:write", "places:write"]


@dataclass(frozen=True)
class Newsroom:
    """A place with tokens of those who write, review and publish in it, and of somebody from elsewhere."""

    place: Json
    operator: str
    author: str
    colleague: str
    reviewer: str
    publisher: str
    stranger: str
    about: Registered

    @property
    def path(self) -> str:
        return f"/v1/places/{self.place['id']}"


async def newsroom(world: World) -> Newsroom:
    """An author and a colleague at livin, a reviewer at Karbon Homes, a publisher at Business Durham."""
    operator = await world.operator()
    place = await world.place(operator, objectives=OBJECTIVES)
    elsewhere = await world.place(operator, "essex")
    tokens: list[str] = []
    livin = await world.registered("livin", kind="public")
    karbon, business = [await world.registered(name) for name in ("Karbon Homes", "Business Durham")]
    for organisation, role, where in (
        (livin, "officer", place),
        (livin, "officer", place),
        (karbon, "moderator", place),
        (business, "programme_manager", place),
        (karbon, "programme_manager", elsewhere),
    ):
        draft = {"organisation_id": str(organisation.organisation_id), "name": "C", "scopes": SCOPES}
        client = await world.made("/v1/clients", draft, token=operator)
        grant = {"client_id": client["client_id"], "place_id": where["id"], "role": role}
        await world.made("/v1/role-grants", grant, token=operator)
        tokens.append(await world.token(client["client_id"], client["client_secret"]))
    author, colleague, reviewer, publisher, stranger = tokens
    return Newsroom(place, operator, author, colleague, reviewer, publisher, stranger, livin)


async def published(world: World, room: Newsroom, **content: object) -> Json:
    """A page that went all the way; gives it as everybody reads it."""
    page = {"kind": "story", "title": "T", "summary": "S", "body": "B", **content}
    made = await world.made(f"{room.path}/hub-pages", page, token=room.author)
    path = f"/v1/hub-drafts/{made['id']}"
    await world.made(f"{path}/reviews", {"version": 1, "outcome": "approved"}, token=room.reviewer)
    await world.made(f"{path}/publication", {"version": 1}, token=room.publisher)
    shown: Json = (await world.get(f"/v1/hub-pages/{made['id']}")).json()
    return shown
