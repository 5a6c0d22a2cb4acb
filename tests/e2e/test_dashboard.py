"""The dashboard in a real browser, over a real running system. The last test ends the system under its page."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from tests.e2e.browser import AXE, build_page, chromium
from tests.installation import Installation

PAGES = ("overview", "trade", "strategies", "risk", "release", "system")
PATIENCE_MS = 30_000
Open = Callable[..., Page]

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    build_page()
    installation = Installation(tmp_path_factory.mktemp("dashboard"))
    try:
        installation.wait("all roles up", lambda: installation.said("Ctrl-C here stops everything"))
        installation.wait("fills on both venues", lambda: installation.filled() == {"alpaca", "binance"})
        yield installation
    finally:
        installation.close()


@pytest.fixture(scope="module")
def browser(up: Installation) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def opened(up: Installation, browser: Browser) -> Iterator[Open]:
    """Opens a page in a browser of its own. Whatever it complains of in its console fails the test."""
    contexts, complaints = [], []

    def opening(
        place: str = "overview", *, width: int = 1440, scheme: Literal["light", "dark"] = "light", quiet: bool = True
    ) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if quiet:
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(f"{up.url('dashboard')}/#/{place}")
        return page

    yield opening
    for context in contexts:
        context.close()
    assert [each for each in complaints if "503" not in each] == []  # what is not there yet says 503


def _go(page: Page, place: str) -> None:
    page.evaluate("place => { location.hash = '#/' + place }", place)
    expect(page.locator(f"main.{place.split('/', maxsplit=1)[0]}")).to_be_visible()
    expect(page.get_by_text("asking…")).to_have_count(0)


def _orders(up: Installation) -> int:
    count: int = up.get("execution", "/orders?status=all&limit=1")["count"]
    return count


# ------------------------------------------------------------- what is shown


def test_every_page_fills_from_the_running_system(up: Installation, opened: Open) -> None:
    page = opened()
    for account in ("alpaca", "binance"):
        expect(page.get_by_label(f"Account {account}")).to_contain_text(re.compile(r"\d\d,\d{3}\.\d\d"))
        expect(page.get_by_role("img", name=f"Equity of {account}: from").locator("canvas").first).to_be_visible()
    expect(page.get_by_text("no order can reach real money")).to_be_visible()
    for place, part, told in (
        ("trade", "Positions", "AAPL"),
        ("strategies", "Strategy shares at alpaca", "trading"),
        ("risk", "Limits of binance", "Value of one position"),
        ("release", "Sealed releases", "seatrial release seal"),
        ("system", "Roles", "orchestrator"),
    ):
        _go(page, place)
        expect(page.get_by_role("region", name=part).first).to_contain_text(told)


def test_market_time_and_wall_time_stand_beside_each_other(opened: Open) -> None:
    clocks = opened().locator(".clocks")

    expect(clocks).to_contain_text(re.compile(r"Market.*\d\d:\d\d:\d\d.*Wall.*\d\d:\d\d:\d\d UTC", re.DOTALL))


def test_an_order_tells_its_way_from_the_target_to_the_fill(opened: Open) -> None:
    page = opened("trade/fills")
    page.locator(".blotter .row-link").first.click()
    journey = page.get_by_role("dialog", name="Journey of an order")

    for step in ("Signal", "Target", "Intent", "Risk", "Sent", "Fill"):
        expect(journey.get_by_role("heading", name=step).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(journey).to_have_count(0)
    expect(page.get_by_role("link", name="Fills")).to_have_attribute("aria-current", "true")


def test_prices_are_live_and_carry_our_fills(opened: Open) -> None:
    page = opened("trade/symbol/BTCUSDT")

    expect(page.locator(".prices").get_by_text("live")).to_be_visible()
    chart = page.get_by_role("img", name="Prices of BTCUSDT")
    expect(chart).to_have_attribute("aria-label", re.compile(r"[1-9]\d* bars .* [1-9]\d* of our fills"))


# ------------------------------------------------------------- what it can do


def test_a_halt_in_the_page_stops_orders_and_shows_it(up: Installation, opened: Open) -> None:
    page = opened("risk")
    page.get_by_role("button", name="Halt", exact=True).click()
    halt = page.get_by_role("dialog", name="Halt trading")
    expect(halt.get_by_role("button", name="Halt now")).to_be_disabled()  # not without a reason
    halt.get_by_label("Reason").fill("a test saw something")
    with page.expect_response("**/api/v1/halt") as answered:
        halt.get_by_role("button", name="Halt now").click()
    assert answered.value.ok
    expect(page.get_by_role("alert")).to_contain_text("a test saw something", timeout=1_000)
    expect(halt).to_have_count(0)

    sent, bars = _orders(up), _decisions(up)
    up.wait("the strategies go on deciding", lambda: _decisions(up) != bars)
    assert _orders(up) == sent

    page.get_by_role("button", name="Resume", exact=True).click()
    page.get_by_role("dialog", name="Resume trading").get_by_label("Why").fill("it was a test")
    page.get_by_role("button", name="Resume trading").click()
    expect(page.get_by_text("Trading is halted")).to_have_count(0)
    up.wait("orders flow again", lambda: _orders(up) > sent)


def _decisions(up: Installation) -> list[str]:
    told = up.get("signals", "/api/v1/strategies")["strategies"]
    return [each["last_bar_at"] for each in told]


def test_every_page_can_be_reached_and_every_dialog_left_with_the_keyboard(opened: Open) -> None:
    page = opened()
    expect(page.locator("main.overview")).to_be_visible()
    for key, place in enumerate(PAGES, start=1):
        page.keyboard.press(str(key))
        expect(page.locator(f"main.{place}")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_contain_text("halt trading")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("h")
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("2 ? t")  # typed into the reason, these are no shortcuts
    expect(page.get_by_label("Reason")).to_have_value("2 ? t")
    expect(page.locator("main.system")).to_be_visible()


def test_dark_and_light_follow_the_system_until_somebody_chooses(opened: Open) -> None:
    page = opened(scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("main")).to_be_visible()
    page.keyboard.press("t")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_a_viewer_signs_in_with_a_token_and_cannot_halt(up: Installation, opened: Open) -> None:
    code, told = up.run("token", "create", "guest", "--scope", "viewer", "--expires", "1h")
    assert code == 0, told
    found = re.search(r"st_\w+", told)
    assert found
    page = opened(quiet=False)  # a refused token is an error in the console too
    page.get_by_role("button", name="sign out").click()
    page.get_by_label("Access token").fill("st_nonsense")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Access token").fill(found.group())
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("button", name="guest")).to_be_visible()
    expect(page.get_by_role("button", name="Halt", exact=True)).to_be_disabled()
    asked = "() => fetch('/doors/execution/api/v1/halt', {method: 'POST'}).then(answer => answer.status)"
    assert page.evaluate(asked) == 403


def test_who_signs_out_stays_out_when_a_panel_hears_of_it_first(opened: Open) -> None:
    page = opened(quiet=False)  # the panels are told 401

    def late(route: Route) -> None:
        if route.request.method != "DELETE":
            route.continue_()
            return
        answer = route.fetch()
        with page.expect_response(lambda told: told.status == 401):
            pass
        route.fulfill(response=answer)

    page.route("**/session", late)
    page.get_by_role("button", name="sign out").click()
    expect(page.get_by_label("Access token")).to_be_visible()
    page.wait_for_timeout(1_000)  # any question that was still open is answered by then
    expect(page.get_by_label("Access token")).to_be_visible()


# --------------------------------------------------------------- for everybody


@pytest.mark.parametrize("width", [360, 768])
def test_no_page_scrolls_sideways(opened: Open, width: int) -> None:
    page = opened(width=width)
    for place in (*PAGES, "trade/fills"):
        _go(page, place)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{place} is {wider} px too wide"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(opened: Open, scheme: Literal["light", "dark"]) -> None:
    page = opened(scheme=scheme)
    for place in PAGES:
        _go(page, place)
        assert _axe(page) == [], place
    page.keyboard.press("h")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert _axe(page) == [], "the halt dialog"


def _axe(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate("axe.run().then(told => told.violations)")
    return [
        f"{each['id']}: {each['help']}: {each['nodes'][0]['html'][:200]} {each['nodes'][0]['failureSummary']}"
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]


# --------------------------------------------------------------------- trouble


def test_a_page_whose_platform_is_killed_says_so_and_comes_back_by_itself(up: Installation, opened: Open) -> None:
    page = opened("system", quiet=False)
    expect(page.get_by_role("cell", name="execution", exact=True)).to_be_visible()
    _kill_platform(up.folder)

    expect(page.locator(".stale").first).to_contain_text(re.compile(r"stale.*as of.*Trying again", re.DOTALL))
    up.wait("the platform is back", lambda: _answers(up))
    expect(page.locator(".stale")).to_have_count(0, timeout=60_000)
    expect(page.locator("main")).to_contain_text("execution")


def _kill_platform(folder: Path) -> None:
    run = json.loads((folder / "data" / "run" / "platform.json").read_text(encoding="utf-8"))
    os.kill(run["pid"], signal.SIGKILL)


def _answers(up: Installation) -> bool:
    return bool(up.get("dashboard", "/health"))


def test_a_page_whose_system_is_gone_says_what_to_do(up: Installation, opened: Open) -> None:
    page = opened("overview", quiet=False)
    expect(page.locator("main.overview")).to_be_visible()
    up.close()
    page.evaluate("() => fetch('/session').catch(() => null)")

    expect(page.locator(".failed, .stale").first).to_contain_text("Trying again")
