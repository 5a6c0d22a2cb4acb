"""`DATABASE_*`, `POSTGRES_*` and the passwords of the runbooks, put together to one journal."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, unquote, urlsplit

from seatrial.bootstrap import parsing
from seatrial.bootstrap.environment import Environment
from seatrial.bootstrap.precedence import refuse_disagreement
from seatrial.bootstrap.secrets import Secret
from seatrial.bootstrap.sources import Sourced
from seatrial.bootstrap.stages import Stage
from seatrial.bootstrap.variables import KNOWN
from seatrial.domain.faults import BadSetting, ConfigurationFault

POSTGRES_PORT = "5432"
DUCKDB = "duckdb"
SQLITE = "sqlite"


def database_settings(said: list[Sourced], environment: Environment, stage: Stage) -> list[Sourced]:
    """The environment's settings with its databases among them.

    A URL takes its missing password from `POSTGRES_PASSWORD`, `DB_PASSWORD` or, in staging,
    `STAGING_DB_PASSWORD`. Without a URL, `POSTGRES_HOST` or `DATABASE_TYPE=postgresql` ask for one.

    Raises:
        ConfigurationFault: two variables name two databases, or a part is missing.
        BadSetting: a value that does not parse.
    """
    type_ = _told(environment, "DATABASE_TYPE")
    kind = "postgresql" if type_ is not None and type_.value == "postgres" else type_.value if type_ else ""
    rest = [sourced for sourced in said if sourced.name != "journal.url"]
    urls = [sourced for sourced in said if sourced.name == "journal.url"]
    for url in urls:
        if type_ is not None and kind == SQLITE:
            raise ConfigurationFault(f"DATABASE_TYPE = sqlite ({type_.source}) and {url.source} disagree: unset one")
        rest.append(_completed(url, environment, stage))
    if not urls and (kind == "postgresql" or environment.get("POSTGRES_HOST")):
        rest.append(_assembled(environment, stage))
    return [*rest, *_files(environment, kind)]


def _files(environment: Environment, kind: str) -> Iterator[Sourced]:
    path = _told(environment, "DATABASE_PATH")
    if path is None:
        return
    if kind == DUCKDB or path.value.endswith(".duckdb"):
        yield Sourced("observability.duckdb_path", path.value, path.source)
    elif kind == "postgresql":
        raise ConfigurationFault(f"DATABASE_TYPE=postgresql and DATABASE_PATH = {path.value!r} disagree: unset one")
    else:
        yield Sourced("journal.path", path.value, path.source)


def _completed(url: Sourced, environment: Environment, stage: Stage) -> Sourced:
    split = urlsplit(url.value.reveal())
    own = {
        "POSTGRES_HOST": split.hostname or "",
        "POSTGRES_PORT": str(split.port or POSTGRES_PORT),
        "POSTGRES_DB": unquote(split.path.strip("/")),
        "POSTGRES_USER": unquote(split.username or ""),
    }
    for variable, value in own.items():
        part = _told(environment, variable)
        if part is not None and str(part.value).lower() != value.lower():
            raise ConfigurationFault(
                f"{url.source} and {part.source} name two databases ({value!r} and {str(part.value)!r}): unset one"
            )
    password = _password(environment, stage)
    if password is None or not split.username:
        return url
    if split.password is not None:
        refuse_disagreement(Sourced("journal.url", Secret(unquote(split.password)), url.source), password)
        return url
    user, at, place = split.netloc.rpartition("@")
    filled = split._replace(netloc=f"{user}:{quote(password.value.reveal(), safe='')}{at}{place}")
    return Sourced(url.name, Secret(filled.geturl()), f"{url.source}, password from {password.source}")


def _assembled(environment: Environment, stage: Stage) -> Sourced:
    parts = {name: _told(environment, f"POSTGRES_{name}") for name in ("HOST", "PORT", "DB", "USER")}
    for name in ("HOST", "DB", "USER"):
        if parts[name] is None:
            raise BadSetting(
                f"POSTGRES_{name} is missing: the journal is asked for in PostgreSQL, so set it, or DATABASE_URL"
            )
    host, port, name, user = (str(part.value) if part else POSTGRES_PORT for part in parts.values())
    password = _password(environment, stage)
    secret = f":{quote(password.value.reveal(), safe='')}" if password else ""
    url = f"postgresql://{quote(user, safe='')}{secret}@{host}:{port}/{quote(name, safe='')}"
    named = [f"POSTGRES_{part}" for part, told in parts.items() if told]
    source = "environment " + ", ".join([*named, *([password.source.split()[-1]] if password else [])])
    return Sourced("journal.url", parsing.parse("journal.url", url, source, parsing.DATABASE), source)


def _password(environment: Environment, stage: Stage) -> Sourced | None:
    """The password of the journal's database; variables that differ refuse."""
    variables = ["POSTGRES_PASSWORD", "DB_PASSWORD"]
    if stage is Stage.STAGING:
        variables.append("STAGING_DB_PASSWORD")
    found = [told for variable in variables if (told := _told(environment, variable)) is not None]
    for other in found[1:]:
        refuse_disagreement(found[0], other)
    return found[0] if found else None


def _told(environment: Environment, variable: str) -> Sourced | None:
    raw = environment.get(variable)
    if not raw:
        return None
    source = environment.source(variable)
    return Sourced(variable, parsing.parse(variable, raw, source, KNOWN[variable].kind), source)
