"""docs/reference/metrics.md lists every metric that is served, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from tests.services.test_platform import trading
from tests.venues.stages import API_NS

from seatrial.runs.virtual_time import VirtualLoop, run_virtual
from seatrial.services.observability.resources import thresholds

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8")


def listed(pattern: str) -> set[str]:
    """Names in the first column of the page's tables."""
    return {
        name for line in PAGE.splitlines() if line.startswith("| `") for name in re.findall(pattern, line.split("|")[1])
    }


def families(text: str) -> set[str]:
    """Names after `# TYPE`, counters with their `_total`."""
    return set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))


def test_every_prometheus_metric_is_on_the_page_and_every_one_on_the_page_is_served(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> set[str]:
        async with trading("binance", loop, tmp_path) as (platform, _, _):
            transport = httpx.ASGITransport(platform.doors["observability"])
            async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
                return families((await client.get("/metrics/prometheus")).text)

    assert run_virtual(main, epoch_ns=API_NS) == listed(r"`(seatrial_\w+)`")


def test_every_role_tells_its_own_requests_and_nothing_of_the_others(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with trading("binance", loop, tmp_path) as (platform, _, _):
            for role, app in platform.doors.items():
                async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door") as client:
                    await client.get("/health")
                    page = (await client.get("/metrics")).text
                    assert set(re.findall(r'role="([^"]+)"', page)) == {role}

    run_virtual(main, epoch_ns=API_NS)


def test_every_threshold_is_on_the_page() -> None:
    assert {each.name for each in thresholds(None, None)} <= listed(r"`(\w+)`")
