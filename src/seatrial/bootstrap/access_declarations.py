"""The settings of the gate: who may come, from where, how often."""

from __future__ import annotations

from seatrial.bootstrap import edge_formats, parsing
from seatrial.bootstrap.declared import Declared
from seatrial.bootstrap.parsing import Kind

LOCAL = Kind("auto or never", parsing.one_of("auto", "never"))

ACCESS_SETTINGS: tuple[Declared, ...] = (
    Declared(
        "access.allowed_cidrs",
        edge_formats.NETWORKS,
        "",
        "networks whose addresses may come in; empty for all. This machine itself always may",
        ("STAGING_ALLOWED_CIDRS",),
    ),
    Declared(
        "access.trusted_proxies",
        edge_formats.NETWORKS,
        "",
        "proxies whose `X-Forwarded-For` is believed; without it all clients behind a proxy are one",
    ),
    Declared("access.rate_per_second", parsing.COUNT, "200", "requests a caller may make in a second"),
    Declared(
        "access.local",
        LOCAL,
        "auto",
        "auto: in stage dev this machine needs no token; never: a token is always needed",
    ),
)
