"""The doors of what decides: which strategy versions trade, since when, and an edited file taken up now."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from seatrial.domain.time import rfc3339
from seatrial.services.access.scopes import OPERATE
from seatrial.services.api.doors import Door
from seatrial.services.api.http import answer
from seatrial.services.api.numbers import When
from seatrial.services.api.optional_body import optional_body
from seatrial.services.api.reading import one_of
from seatrial.services.desk import Desk
from seatrial.services.signals import Signals

NO_EVALUATION = "a strategy file is no trained model: nothing has been evaluated, and nothing is made up"


class ModelRow(msgspec.Struct):
    """One strategy as a model. `version` is the digest of its source and parameters, null before it is loaded."""

    model_id: str
    version: str | None
    account: str
    loaded_at: When | None
    state: str
    warning: str | None


class ModelAnswer(msgspec.Struct):
    """What decides here. `version` is one digest over all versions, null until every strategy is loaded."""

    model_id: str
    version: str | None
    evaluation: None
    evaluation_reason: str
    loaded_at: When | None
    models: list[ModelRow]


class ReloadBody(msgspec.Struct, forbid_unknown_fields=True):
    """Which strategy to load again; without one all of them."""

    strategy: str | None = None


class Reloaded(msgspec.Struct):
    """One strategy after the attempt. With an `error` the old version keeps trading."""

    model_id: str
    account: str
    previous_version: str | None
    version: str | None
    changed: bool
    error: str | None


class ReloadAnswer(msgspec.Struct):
    """All attempts."""

    reloaded: list[Reloaded]


def model_doors(role: Signals) -> list[Door]:
    """`GET /api/v1/model/info` and `POST /api/v1/model/reload`."""

    async def info(_: Request) -> Response:
        return answer(_model(role.desks))

    async def reload(request: Request) -> Response:
        body = await optional_body(request, ReloadBody)
        if body.strategy is not None:
            one_of("strategy", body.strategy, [desk.strategy_id for desk in role.desks])
        wanted = [desk for desk in role.desks if body.strategy in (None, desk.strategy_id)]
        reloaded = [await _reload(desk) for desk in wanted]
        return answer(ReloadAnswer(reloaded), 409 if any(each.error for each in reloaded) else 200)

    return [
        Door("/api/v1/model/info", info, summary="What decides here, and since when.", answers={200: ModelAnswer}),
        Door(
            "/api/v1/model/reload",
            reload,
            method="POST",
            summary="Load the strategy files now; one that fails leaves the old version trading.",
            scopes=OPERATE,
            body=ReloadBody,
            answers={200: ReloadAnswer, 409: ReloadAnswer},
        ),
    ]


async def _reload(desk: Desk) -> Reloaded:
    before = _version(desk)
    error = await desk.reload()
    after = _version(desk)
    return Reloaded(desk.strategy_id, desk.account, before, after, after != before, error)


def _version(desk: Desk) -> str | None:
    return None if desk.runner is None else desk.runner.digest


def _model(desks: Sequence[Desk]) -> ModelAnswer:
    rows = [
        ModelRow(
            desk.strategy_id,
            _version(desk),
            desk.account,
            None if desk.loaded_at_ns is None else rfc3339(desk.loaded_at_ns),
            desk.state,
            desk.warning,
        )
        for desk in desks
    ]
    versions = [row.version for row in rows if row.version is not None]
    whole = hashlib.sha256("\n".join(versions).encode()).hexdigest() if rows and len(versions) == len(rows) else None
    if len(rows) == 1:
        whole = rows[0].version
    loaded = [row.loaded_at for row in rows if row.loaded_at is not None]
    return ModelAnswer(
        model_id="+".join(row.model_id for row in rows),
        version=whole,
        evaluation=None,
        evaluation_reason=NO_EVALUATION,
        loaded_at=max(loaded, default=None),
        models=rows,
    )
