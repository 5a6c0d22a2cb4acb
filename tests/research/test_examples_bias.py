"""Every strategy that comes with the house is free of both biases, or cannot be judged and says why."""

from pathlib import Path

import duckdb
import pytest
from tests.golden.runs import prints

from seatrial.bootstrap.account_markets import NOTHING, Beside
from seatrial.bootstrap.markets import load_timeline
from seatrial.bootstrap.research.bias import lookahead, recursive
from seatrial.bootstrap.research.job import job_of
from seatrial.bootstrap.settings import load_settings
from seatrial.domain.ids import Symbol
from seatrial.runs.bias.said import BiasVerdict
from seatrial.strategy import examples
from seatrial.strategy.depth_strategy import DepthStrategy
from seatrial.strategy.load import load_strategy

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*Path(examples.__file__).parent.glob("[!_]*.py"), *(ROOT / "strategies").glob("*.py")])
FEW_DECISIONS = {"buy_and_hold", "opening_range"}  # a look-ahead would need more of them to show
ONLY_ORDERS = {"grid"}  # what is held rightly depends on the start, and nothing else is said
SESSIONS = 5


@pytest.fixture(scope="module")
def trades(tmp_path_factory):
    """Two days of trades: the prints of a made-up market."""
    table = load_timeline(None, ["BTCUSDT"], seed=7, session_count=2).tables[Symbol("BTCUSDT")]
    rows = prints(table, table.first_ns, table.last_ns)
    price, size = table.instrument.price_scale, table.instrument.qty_scale
    path = tmp_path_factory.mktemp("trades") / "trades.parquet"
    columns = [[each.at_ns for each in rows], [each.price_units / price for each in rows],
               [each.qty_units / size for each in rows]]  # fmt: skip
    with duckdb.connect(":memory:") as database:
        database.execute(
            "create table t as select make_timestamp_ns(a)::timestamptz as ts, 'BTCUSDT' as symbol, p as price, "
            "s as size "
            "from (select unnest(?::bigint[]) as a, unnest(?::double[]) as p, unnest(?::double[]) as s)",
            columns,
        )
        database.execute(f"copy t to '{path}' (format parquet)")
    return path


@pytest.mark.prove
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_is_free_of_bias(path, trades):
    loaded = load_strategy(path)
    if isinstance(loaded.strategy, DepthStrategy):
        pytest.skip("bias is looked for over bars")
    settings = load_settings({"seed": "7", "config": str(ROOT / "config")}, {})
    beside = Beside(trades=trades) if path.stem == "trade_flow" else NOTHING
    job = job_of(settings, path, {}, session_count=2 if beside.trades else SESSIONS, beside=beside)

    ahead, start = lookahead(job, None, seed=7), recursive(job)

    assert ahead.verdict is (BiasVerdict.INCONCLUSIVE if path.stem in FEW_DECISIONS else BiasVerdict.CLEAN), ahead
    assert start.verdict is (BiasVerdict.INCONCLUSIVE if path.stem in ONLY_ORDERS else BiasVerdict.CLEAN), start
