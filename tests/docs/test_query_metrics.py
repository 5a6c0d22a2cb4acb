"""The page about querying metrics: its program runs as it is printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from seatrial.domain.time import MINUTE_NS
from seatrial.services.observability.metrics_file import MetricsFile, Sample

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how_to" / "query_metrics.md"


def test_the_program_of_the_page_prints_equity_and_latencies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    MetricsFile(tmp_path / "data" / "metrics.duckdb").append(
        [
            Sample(MINUTE_NS, "execution", "equity", 10_050_000_000, "USD", "alpaca", market_ns=MINUTE_NS),
            Sample(MINUTE_NS, "watch", "latency_ms", 150_000_000, "ms"),
        ]
    )
    monkeypatch.chdir(tmp_path)
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)

    exec(program, {})

    equity, latency = capsys.readouterr().out.splitlines()
    assert equity == "alpaca 1970-01-01 00:01:00 100.50000000 USD"
    assert latency == "watch 1.50000000"
