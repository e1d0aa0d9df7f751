from datetime import date, datetime
from typing import Any, Optional, Union

from .base_model import UNSET, UnsetType
from .compare_as_of import CompareAsOf
from .delivery_gap import DeliveryGap
from .enums import HubHitKind
from .graph_base import GraphBase
from .home_totals import HomeTotals
from .members import Members
from .need_live import NeedLive
from .need_map import NeedMap
from .own_drafts import OwnDrafts
from .partner_page import PartnerPage
from .publications import Publications
from .register import Register
from .search import Search
from .spend import Spend
from .story_page import StoryPage
from .targets import Targets
from .tender_board import TenderBoard
from .totals_by_objective import TotalsByObjective


def gql(q: str) -> str:
    return q


class GraphClient(GraphBase):
    async def compare_as_of(
        self,
        slug: str,
        from_: date,
        to: date,
        earlier: datetime,
        later: datetime,
        **kwargs: Any,
    ) -> CompareAsOf:
        query = gql("""
            query CompareAsOf($slug: String!, $from: Date!, $to: Date!, $earlier: DateTime!, $later: DateTime!) {
              place(slug: $slug) {
                earlier: collectiveValue(from: $from, to: $to, asOf: $earlier) {
                  ...Known
                }
                later: collectiveValue(from: $from, to: $to, asOf: $later) {
                  ...Known
                }
              }
            }

            fragment Known on CollectiveValue {
              asOf
              publication {
                number
                reason
              }
              delivered {
                total {
                  amount
                }
              }
              validated {
                total {
                  amount
                }
              }
            }
            """)
        variables: dict[str, object] = {
            "slug": slug,
            "from": from_,
            "to": to,
            "earlier": earlier,
            "later": later,
        }
        response = await self.execute(
            query=query, operation_name="CompareAsOf", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CompareAsOf.model_validate(data)

    async def delivery_gap(
        self, slug: str, from_: date, to: date, **kwargs: Any
    ) -> DeliveryGap:
        query = gql("""
            query DeliveryGap($slug: String!, $from: Date!, $to: Date!) {
              place(slug: $slug) {
                collectiveValue(from: $from, to: $to) {
                  due {
                    total {
                      amount
                    }
                  }
                  deliveredAgainstCommitment {
                    total {
                      amount
                    }
                  }
                  deliveredUncommitted {
                    total {
                      amount
                    }
                  }
                  deliveryRatio
                  coverage {
                    ratio
                    dueValueRatio
                    missingOrganisations
                  }
                  byTheme {
                    cells {
                      label
                      suppressed
                      figures {
                        due {
                          total {
                            amount
                          }
                        }
                        delivered {
                          total {
                            amount
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
            """)
        variables: dict[str, object] = {"slug": slug, "from": from_, "to": to}
        response = await self.execute(
            query=query, operation_name="DeliveryGap", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return DeliveryGap.model_validate(data)

    async def home_totals(
        self, slug: str, from_: date, to: date, **kwargs: Any
    ) -> HomeTotals:
        query = gql("""
            query HomeTotals($slug: String!, $from: Date!, $to: Date!) {
              place(slug: $slug) {
                name
                collectiveValue(from: $from, to: $to) {
                  asOf
                  dataStatus
                  publication {
                    number
                    publishedAt
                  }
                  coverage {
                    reportedCount
                    dueCount
                    ratio
                  }
                  committed {
                    total {
                      amount
                      currency
                    }
                  }
                  due {
                    total {
                      amount
                      currency
                    }
                  }
                  delivered {
                    total {
                      amount
                      currency
                    }
                    social {
                      amount
                    }
                    localEconomic {
                      amount
                    }
                  }
                  validated {
                    total {
                      amount
                      currency
                    }
                    social {
                      amount
                    }
                    localEconomic {
                      amount
                    }
                  }
                }
              }
            }
            """)
        variables: dict[str, object] = {"slug": slug, "from": from_, "to": to}
        response = await self.execute(
            query=query, operation_name="HomeTotals", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return HomeTotals.model_validate(data)

    async def members(
        self,
        slug: str,
        from_: date,
        to: date,
        first: int,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> Members:
        query = gql("""
            query Members($slug: String!, $from: Date!, $to: Date!, $first: Int! = 20, $after: String) {
              place(slug: $slug) {
                members(asOf: $to, first: $first, after: $after) {
                  edges {
                    node {
                      id
                      organisation {
                        legalName
                        kind
                      }
                      figures(from: $from, to: $to) {
                        committed {
                          total {
                            amount
                          }
                        }
                        due {
                          total {
                            amount
                          }
                        }
                        delivered {
                          total {
                            amount
                          }
                        }
                        validated {
                          total {
                            amount
                          }
                        }
                      }
                    }
                  }
                  pageInfo {
                    hasNextPage
                    endCursor
                  }
                }
              }
            }
            """)
        variables: dict[str, object] = {
            "slug": slug,
            "from": from_,
            "to": to,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="Members", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Members.model_validate(data)

    async def need_live(
        self, slug: str, from_: date, to: date, **kwargs: Any
    ) -> NeedLive:
        query = gql("""
            query NeedLive($slug: String!, $from: Date!, $to: Date!) {
              place(slug: $slug) {
                needFigures(from: $from, to: $to) {
                  asOf
                  population
                  perHeadAbsent
                  delivered {
                    concentrationIndex
                    concentrationAbsent
                    byBand {
                      band
                      population
                      perHead {
                        amount
                      }
                      value {
                        total {
                          amount
                        }
                      }
                    }
                  }
                }
              }
            }
            """)
        variables: dict[str, object] = {"slug": slug, "from": from_, "to": to}
        response = await self.execute(
            query=query, operation_name="NeedLive", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return NeedLive.model_validate(data)

    async def need_map(
        self, slug: str, from_: date, to: date, **kwargs: Any
    ) -> NeedMap:
        query = gql("""
            query NeedMap($slug: String!, $from: Date!, $to: Date!) {
              place(slug: $slug) {
                needIndex
                collectiveValue(from: $from, to: $to) {
                  byNeedBand {
                    additive
                    cells {
                      key
                      label
                      suppressed
                      figures {
                        delivered {
                          total {
                            amount
                          }
                        }
                      }
                    }
                  }
                  byArea {
                    cells {
                      key
                      suppressed
                      area {
                        name
                        decile
                        band
                      }
                      figures {
                        delivered {
                          total {
                            amount
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
            """)
        variables: dict[str, object] = {"slug": slug, "from": from_, "to": to}
        response = await self.execute(
            query=query, operation_name="NeedMap", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return NeedMap.model_validate(data)

    async def own_drafts(self, slug: str, **kwargs: Any) -> OwnDrafts:
        query = gql("""
            query OwnDrafts($slug: String!) {
              place(slug: $slug) {
                reportDrafts(first: 10) {
                  edges {
                    node {
                      restId
                      periodStart
                      periodEnd
                      lineCount
                      changedAt
                      lines(first: 5) {
                        edges {
                          node {
                            measure
                            quantity
                            unit
                          }
                        }
                      }
                    }
                  }
                }
              }
              evidenceFiles(first: 10) {
                edges {
                  node {
                    restId
                    fileName
                    mediaType
                    byteCount
                    scan
                    removalReason
                  }
                }
              }
            }
            """)
        variables: dict[str, object] = {"slug": slug}
        response = await self.execute(
            query=query, operation_name="OwnDrafts", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return OwnDrafts.model_validate(data)

    async def partner_page(
        self, membership: str, from_: date, to: date, **kwargs: Any
    ) -> PartnerPage:
        query = gql("""
            query PartnerPage($membership: ID!, $from: Date!, $to: Date!) {
              node(id: $membership) {
                __typename
                ... on Membership {
                  role
                  validFrom
                  validTo
                  organisation {
                    legalName
                    kind
                    website
                    isSme
                    isVcse
                    identifiers {
                      text
                    }
                    dataStatus
                  }
                  place {
                    name
                    slug
                  }
                  figures(from: $from, to: $to) {
                    committed {
                      total {
                        amount
                      }
                    }
                    due {
                      total {
                        amount
                      }
                    }
                    delivered {
                      total {
                        amount
                      }
                    }
                    validated {
                      total {
                        amount
                      }
                    }
                  }
                }
              }
            }
            """)
        variables: dict[str, object] = {
            "membership": membership,
            "from": from_,
            "to": to,
        }
        response = await self.execute(
            query=query, operation_name="PartnerPage", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return PartnerPage.model_validate(data)

    async def publications(
        self,
        slug: str,
        first: int,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> Publications:
        query = gql("""
            query Publications($slug: String!, $first: Int! = 10, $after: String) {
              place(slug: $slug) {
                publications(first: $first, after: $after) {
                  edges {
                    node {
                      number
                      periodStart
                      periodEnd
                      publishedAt
                      restates
                      reason
                      licence
                      url
                      validatedShare
                      changes {
                        figure
                        before {
                          amount
                        }
                        after {
                          amount
                        }
                        difference {
                          amount
                        }
                      }
                      value {
                        validated {
                          total {
                            amount
                          }
                        }
                      }
                    }
                  }
                  pageInfo {
                    hasNextPage
                    endCursor
                  }
                }
              }
            }
            """)
        variables: dict[str, object] = {"slug": slug, "first": first, "after": after}
        response = await self.execute(
            query=query, operation_name="Publications", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Publications.model_validate(data)

    async def register(
        self,
        slug: str,
        first: int,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> Register:
        query = gql("""
            query Register($slug: String!, $first: Int! = 20, $after: String) {
              place(slug: $slug) {
                signatories(state: ACTIVE, first: $first, after: $after) {
                  edges {
                    node {
                      organisationName
                      organisationKind
                      signedOn
                      renewsOn
                      organisation {
                        website
                      }
                      pledges {
                        title
                        text
                        commitment {
                          quantity
                          unit
                          measure {
                            title
                          }
                          value {
                            total {
                              amount
                            }
                          }
                        }
                      }
                    }
                  }
                  pageInfo {
                    hasNextPage
                    endCursor
                  }
                }
              }
            }
            """)
        variables: dict[str, object] = {"slug": slug, "first": first, "after": after}
        response = await self.execute(
            query=query, operation_name="Register", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Register.model_validate(data)

    async def search(
        self,
        slug: str,
        text: str,
        first: int,
        kind: Union[Optional[HubHitKind], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> Search:
        query = gql("""
            query Search($slug: String!, $text: String!, $kind: HubHitKind, $first: Int! = 20, $after: String) {
              place(slug: $slug) {
                search(text: $text, kind: $kind, first: $first, after: $after) {
                  edges {
                    node {
                      kind
                      title
                      summary
                      snippet {
                        text
                        isMatch
                      }
                      shownAt
                      page {
                        slug
                      }
                      gathering {
                        startsAt
                        placesLeft
                      }
                    }
                  }
                  pageInfo {
                    hasNextPage
                    endCursor
                  }
                }
              }
            }
            """)
        variables: dict[str, object] = {
            "slug": slug,
            "text": text,
            "kind": kind,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="Search", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Search.model_validate(data)

    async def spend(self, slug: str, from_: date, to: date, **kwargs: Any) -> Spend:
        query = gql("""
            query Spend($slug: String!, $from: Date!, $to: Date!) {
              place(slug: $slug) {
                spendFigures(from: $from, to: $to, by: CATEGORY) {
                  total {
                    thirdParty {
                      amount
                    }
                    local {
                      yes {
                        amount
                      }
                      yesShare
                    }
                    sme {
                      yesShare
                    }
                    vcse {
                      yesShare
                    }
                  }
                  groups {
                    name
                    thirdParty {
                      amount
                    }
                    leakage {
                      localSuppliers
                      outside {
                        amount
                      }
                    }
                  }
                  localMultiplier {
                    value
                    reason
                  }
                  partnersWithoutImport
                }
              }
            }
            """)
        variables: dict[str, object] = {"slug": slug, "from": from_, "to": to}
        response = await self.execute(
            query=query, operation_name="Spend", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Spend.model_validate(data)

    async def story_page(self, slug: str, page: str, **kwargs: Any) -> StoryPage:
        query = gql("""
            query StoryPage($slug: String!, $page: String!) {
              place(slug: $slug) {
                hubPage(slug: $page) {
                  kind
                  title
                  summary
                  bodyHtml
                  images {
                    url
                    alt
                    credit
                  }
                  videos {
                    url
                    title
                    captionsUrl
                    transcriptHtml
                  }
                  tags {
                    objectives
                    measures
                    areas
                    humanValues
                  }
                  organisations {
                    legalName
                    website
                  }
                  source
                  dataStatus
                  publishedAt
                }
              }
            }
            """)
        variables: dict[str, object] = {"slug": slug, "page": page}
        response = await self.execute(
            query=query, operation_name="StoryPage", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return StoryPage.model_validate(data)

    async def targets(
        self,
        slug: str,
        first: int,
        workstream: Union[Optional[str], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> Targets:
        query = gql("""
            query Targets($slug: String!, $workstream: String, $first: Int! = 50, $after: String) {
              place(slug: $slug) {
                targets(workstream: $workstream, first: $first, after: $after) {
                  edges {
                    node {
                      code
                      title
                      unit
                      value
                      aim
                      due
                      progress {
                        asOf
                        publicationNumber
                        withheld
                        delivered {
                          quantity
                          share
                          forecast
                          standing
                        }
                        validated {
                          quantity
                          share
                          standing
                        }
                      }
                    }
                  }
                  pageInfo {
                    hasNextPage
                    endCursor
                  }
                }
              }
            }
            """)
        variables: dict[str, object] = {
            "slug": slug,
            "workstream": workstream,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="Targets", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Targets.model_validate(data)

    async def tender_board(
        self,
        slug: str,
        first: int,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> TenderBoard:
        query = gql("""
            query TenderBoard($slug: String!, $first: Int! = 20, $after: String) {
              place(slug: $slug) {
                tenders(state: PUBLISHED, first: $first, after: $after) {
                  edges {
                    node {
                      title
                      reference
                      deadlineLondon
                      value {
                        amount
                        currency
                      }
                      buyer {
                        legalName
                      }
                      measures {
                        title
                        unit
                        weight
                        target
                        mandatory
                      }
                    }
                  }
                  pageInfo {
                    hasNextPage
                    endCursor
                  }
                }
              }
            }
            """)
        variables: dict[str, object] = {"slug": slug, "first": first, "after": after}
        response = await self.execute(
            query=query, operation_name="TenderBoard", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return TenderBoard.model_validate(data)

    async def totals_by_objective(
        self, slug: str, from_: date, to: date, scheme: str, **kwargs: Any
    ) -> TotalsByObjective:
        query = gql("""
            query TotalsByObjective($slug: String!, $from: Date!, $to: Date!, $scheme: String! = "cdp-objectives") {
              place(slug: $slug) {
                objectives {
                  code
                  title
                }
                collectiveValue(from: $from, to: $to) {
                  byCrosswalk(scheme: $scheme) {
                    title
                    additive
                    cells {
                      key
                      label
                      suppressed
                      withheld
                      figures {
                        ...Figures
                      }
                    }
                  }
                }
              }
            }

            fragment Figures on FourFigures {
              delivered {
                total {
                  amount
                }
              }
              validated {
                total {
                  amount
                }
              }
            }
            """)
        variables: dict[str, object] = {
            "slug": slug,
            "from": from_,
            "to": to,
            "scheme": scheme,
        }
        response = await self.execute(
            query=query,
            operation_name="TotalsByObjective",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return TotalsByObjective.model_validate(data)
