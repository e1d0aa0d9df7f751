"""The sample of a Knowledge Hub, as the APIs take it: marked as a sample, with what its readers need."""

from pathlib import Path
from typing import Any

import pytest

from cdp_common.contracts.hub import HubContactDraft, HubPageDraft
from cdp_common.contracts.public_voice import ConsentWordingDraft
from cdp_tools.yaml_files import read_mapping


@pytest.fixture(scope="module")
def hub(data_folder: Path) -> dict[str, Any]:
    return dict(read_mapping(data_folder / "samples" / "knowledge-hub.yaml"))


def test_every_page_is_marked_as_a_sample_and_names_partners(
    hub: dict[str, Any], programme: dict[str, Any]
) -> None:
    partners = {each["key"] for each in programme["organisations"]}
    assert len({hub["author"], hub["reviewer"]}) == 2
    assert {hub["author"], hub["reviewer"], hub["publisher"]} <= partners
    for stated in hub["pages"]:
        page = HubPageDraft.model_validate(stated["page"])
        assert (page.data_status, page.title[-8:], page.slug[:7]) == (
            "synthetic_sample",
            "(sample)",
            "sample-",
        )
        assert set(stated["about"]) <= partners
    assert [stated["page"]["kind"] for stated in hub["pages"]] == [
        "story",
        "guidance",
        "explanation",
        "video",
    ]


def test_consent_is_worded_for_every_purpose_and_says_how_to_withdraw(hub: dict[str, Any]) -> None:
    wordings = [ConsentWordingDraft.model_validate(stated) for stated in hub["wordings"]]
    assert [each.purpose for each in wordings] == ["gathering", "idea", "supporter"]
    assert all("withdraw" in each.text for each in wordings)
    assert all(HubContactDraft.model_validate(stated).email for stated in hub["contacts"])
