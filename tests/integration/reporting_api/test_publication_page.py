"""The page of a publication as people read it: in a real browser, judged by axe for accessibility."""

import json
import os
from pathlib import Path

import pytest
from tests.integration.gateway.browser import BROWSER, browsing
from tests.integration.reporting_api.test_publications import three_report
from tests.integration.reporting_api.world import World

from cdp_common.contracts.publications import Publication

AXE = Path(__file__).parents[2] / "node" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
JUDGE = f"""
    axe.run(document, {{runOnly: {json.dumps(RULES)}}}).then(found => {{
        window.found = {{passed: found.passes.length, broken: found.violations.map(one => one.id)}}
    }})"""


@pytest.mark.skipif(
    BROWSER is None or "CDP_BROWSER" not in os.environ,
    reason="CDP_BROWSER is not set, or there is no Chromium",
)
@pytest.mark.skipif(not AXE.exists(), reason="`npm ci --prefix tests/node` has not been run")
async def test_the_page_of_a_publication_breaks_no_rule_of_wcag_22_aa(world: World, tmp_path: Path) -> None:
    await three_report(world)
    publication = Publication.model_validate_json((await world.try_publish()).content)
    answer = await world.http.get(f"/v1/publications/{publication.id}/files/html")
    kept = tmp_path / "page.html"
    kept.write_bytes(answer.content)
    async with browsing(kept.as_uri(), tmp_path / "browser") as page:
        await page.until("document.readyState === 'complete' && document.querySelector('h1') !== null")
        assert page.faults == []
        await page.value(AXE.read_text(encoding="utf-8"))
        await page.value(JUDGE)
        found = await page.until("window.found")
    assert found["broken"] == []
    assert found["passed"] >= 30
