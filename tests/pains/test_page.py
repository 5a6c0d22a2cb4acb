"""The page of pains is written from their tests, and every test it names is there."""

from __future__ import annotations

from tests.pains.page import PAGE, ROOT, page, pains

NAMED = {"P-IB249", "P-HB8457", "P-NT4152", "P-NT4215", "P-TS95", "P-IB242", "P-ALP740", "P-FT13399", "P-FT7184"}


def test_the_page_of_pains_is_written_from_their_tests() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m tests.pains.page writes it"


def test_every_pain_has_its_test() -> None:
    assert {pain.name for pain in pains()} >= NAMED
    for pain in pains():
        path, _, name = pain.test.partition("::")
        assert f"def {name}(" in (ROOT / path).read_text("utf-8"), pain.test
