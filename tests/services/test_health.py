"""Health is honest and quick, whatever hangs."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from tests.services.tape_venue import who

from seatrial.domain.faults import VenueUnavailable
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop, run_virtual
from seatrial.services.api.health import health_route
from seatrial.services.api.http import application
from seatrial.services.crew import Crew, attempt
from seatrial.services.health import Check, Health, Part, Status, Verdict


async def well() -> Verdict:
    return Verdict(Status.HEALTHY, "well")


async def ill() -> Verdict:
    raise VenueUnavailable("gone")


async def hanging() -> Verdict:
    await asyncio.Event().wait()
    raise AssertionError


async def show(loop: VirtualLoop, *parts: Part) -> httpx.Response:
    health = Health(who("execution"), VirtualClock(loop), parts)
    doors = application([health_route(health)], new_request_id=lambda: "id")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(doors), base_url="http://role") as client:
        response = await client.get("/health")
    await health.close()
    return response


def answer(*parts: Part) -> httpx.Response:
    return run_virtual(lambda loop: show(loop, *parts), epoch_ns=1_549_895_400_000_000_000)


def test_a_healthy_role_answers_with_exactly_the_agreed_fields() -> None:
    response = answer(Part("journal", well))
    component = {"name": "journal", "status": "healthy", "message": "well"}
    component |= {"checked_at": "2019-02-11T14:30:00Z", "duration_ms": 0.0}
    assert response.status_code == 200
    assert response.json() == {
        "status": "healthy",
        "service": "execution",
        "version": "0.1.0",
        "timestamp": "2019-02-11T14:30:00Z",
        "stage": "dev",
        "mode": "sim",
        "components": [component],
    }


@pytest.mark.parametrize("check", [ill, hanging])
def test_an_unhealthy_part_makes_the_role_answer_503_and_is_named(check: Check) -> None:
    response = answer(Part("venue", check), Part("journal", well))
    assert response.status_code == 503
    assert [each["status"] for each in response.json()["components"]] == ["unhealthy", "healthy"]


def test_a_part_that_is_not_vital_only_degrades() -> None:
    response = answer(Part("watch", ill, vital=False))
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"


def test_a_hanging_dependency_holds_the_answer_up_for_less_than_a_second() -> None:
    async def main(loop: VirtualLoop) -> float:
        await show(loop, Part("venue", hanging), Part("bus", hanging))
        return loop.time()

    assert run_virtual(main) < 1


def test_a_hanging_check_is_not_asked_again_while_it_hangs() -> None:
    asked = 0

    async def counting() -> Verdict:
        nonlocal asked
        asked += 1
        return await hanging()

    async def main(loop: VirtualLoop) -> None:
        health = Health(who("x"), VirtualClock(loop), [Part("venue", counting)])
        reports = [await health.report() for _ in range(3)]
        assert {report.status for report in reports} == {Status.UNHEALTHY}
        await health.close()

    run_virtual(main)
    assert asked == 1


def test_a_task_that_dies_is_told_and_makes_its_role_unhealthy() -> None:
    async def main(loop: VirtualLoop) -> None:
        deaths: list[tuple[str, BaseException | None]] = []
        crew = Crew("signals", lambda name, error: deaths.append((name, error)))
        crew.start("reader", dying())
        crew.start("writer", asyncio.sleep(1_000))
        await asyncio.sleep(1)
        verdict = await crew.check()
        assert [name for name, _ in deaths] == ["reader"]
        assert verdict.status is Status.UNHEALTHY
        assert "VenueUnavailable: gone" in verdict.message
        await crew.close()
        assert not crew.working("writer")

    async def dying() -> None:
        await ill()

    run_virtual(main)


def test_an_attempt_tells_the_error_of_somebody_elses_program() -> None:
    async def main() -> None:
        assert await attempt(well()) == (Verdict(Status.HEALTHY, "well"), None)
        nothing, error = await attempt(ill())
        assert nothing is None
        assert isinstance(error, VenueUnavailable)

    asyncio.run(main())
