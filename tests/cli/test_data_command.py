"""`seatrial data` as a user types it: a file in, what is held, what is wrong, and a backtest on it."""

from __future__ import annotations

import json

import pytest
from tests.cli.test_commands import seatrial

from seatrial.bootstrap.markets import load_timeline

HEAD = "Date,Open,High,Low,Close,Volume\n"


def csv_of(folder, count=390, *, spoil=None):
    lines = []
    for minute in range(count):
        clock = f"2019-02-11 {9 + (30 + minute) // 60:02d}:{(30 + minute) % 60:02d}"
        price = 170 + (minute % 40) / 10
        lines.append(f"{clock},{price:.2f},{price + 0.1:.2f},{price - 0.1:.2f},{price:.2f},{1000 + minute}")
    if spoil:
        lines[spoil] = lines[spoil].replace(",", ",x", 1)
    path = folder / "AAPL.csv"
    path.write_text(HEAD + "\n".join(lines) + "\n")
    return path


def test_a_file_is_taken_in_listed_shown_checked_and_traded_on(tmp_path):
    csv_of(tmp_path)
    taken = seatrial("data", "import", "AAPL.csv", "--symbol", "AAPL", "--zone", "America/New_York", cwd=tmp_path)
    assert taken.stdout == "AAPL.csv -> bars_1m/alpaca/AAPL: 390 new\n", taken.stderr

    listed = json.loads(seatrial("data", "ls", "--json", cwd=tmp_path).stdout)
    assert [(each["dataset"], each["rows"], each["first"]) for each in listed] == [
        ("bars_1m/alpaca/AAPL", 390, "2019-02-11T14:30:00Z")
    ]
    shown = seatrial("data", "show", "bars_1m/alpaca/AAPL", "--limit", "2", cwd=tmp_path).stdout.splitlines()
    assert shown[0].split() == ["ts", "open", "high", "low", "close", "volume"]
    assert shown[-1] == "2 of 390 rows"

    checked = seatrial("data", "check", cwd=tmp_path)
    assert (checked.returncode, checked.stdout) == (0, "1 datasets, 390 rows: 0 wrong, 0 notes\n")

    timeline = load_timeline(tmp_path / "catalog", ["AAPL"], seed=1)
    assert timeline.lines() == [
        "AAPL: 390 bars of bars_1m/alpaca/AAPL, recorded 2019-02-11 to 2019-02-11, at its own dates"
    ]


def test_a_bad_row_ends_with_4_and_a_set_aside_one_with_0(tmp_path):
    csv_of(tmp_path, spoil=6)
    told = ("data", "import", "AAPL.csv", "--symbol", "AAPL", "--zone", "America/New_York")

    refused = seatrial(*told, cwd=tmp_path)
    assert refused.returncode == 4
    assert "AAPL.csv row 6 (line 8): AAPL open nan is not a number" in refused.stderr
    assert not (tmp_path / "catalog").exists()

    kept = seatrial(*told, "--quarantine", "--json", cwd=tmp_path)
    assert kept.returncode == 0, kept.stderr
    assert json.loads(kept.stdout)[0]["set_aside"] == {"open is not a number": 1}


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["data", "ls"], 4, "is no catalog"),
        (["data", "show", "AAPL"], 2, "KIND/VENUE/SYMBOL"),
        (["data", "import", "nowhere.csv", "--symbol", "AAPL"], 4, "is not a file"),
        (["data", "import", "x.csv", "--kind", "candles"], 2, "one of bars, quote_bars, trades"),
        (["data", "import", "x.csv", "--span", "7m"], 2, "one of 1m, 3m, 5m"),
        (["data", "import", "x.csv", "--map", "open"], 2, "OURS=THEIRS"),
        (["data", "import", "x.csv", "--price-unit", "cents"], 2, "a number above zero"),
        (
            ["data", "fetch", "alpaca", "--symbols", "AAPL", "--from", "2019-01-01"],
            3,
            "Alpaca tells market data to acc",
        ),
        (["data", "fetch", "binance", "--symbols", "BTCUSDT", "--from", "soon"], 2, "'soon' is no time"),
        (["data", "record", "--symbols", "AAPL", "--for", "ever"], 2, "'ever' is no span"),
    ],
)
def test_a_refusal_is_one_sentence_and_a_documented_code(tmp_path, arguments, code, told):
    ran = seatrial(*arguments, cwd=tmp_path)

    assert ran.returncode == code, ran.stderr
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("command", ["import", "fetch", "record", "check", "ls", "show", "resample", "adjusted"])
def test_every_command_of_data_shows_an_example(tmp_path, command):
    ran = seatrial("data", command, "--help", cwd=tmp_path)

    assert ran.returncode == 0
    assert f"seatrial data {command}" in ran.stdout.split("Examples:", 1)[1]
