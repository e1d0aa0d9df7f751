"""What the operations of this service are about, subject by subject, in the order of its document."""

from collections.abc import Mapping
from types import MappingProxyType

SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "places": "The places in which organisations act together: counties, boroughs, cities.",
        "organisations": "Organisations with their identifiers, sizes, flags and proofs; merging of records.",
        "memberships": "Which organisations belong to a place's collective, and from when to when.",
        "statements": "Statements of Intent, and who signed them.",
        "collective": "The programme of a place: its phases, its partners' roles and what each focuses on.",
        "working group": "Meetings of those who run a programme, and the actions they agree.",
        "checklists": "How far an organisation has come: stages, questions, and what was recorded.",
        "knowledge hub": "Pages, reviews, previews, search and contacts of the Knowledge Hub.",
        "public voice": "Supporters, and ideas from the public, with their consent and its withdrawal.",
        "gatherings": "Events for people: registration, waiting list, attendance.",
        "people": "Persons and their roles, and the identity providers they sign in with.",
        "clients": "Programs that call the platform: registration, credentials, roles in a place.",
        "delegations": "Who may act for whom, for what and until when.",
        "authorisation server": "OAuth 2: tokens, revocation, metadata and keys.",
    }
)
