"""The style guide, as a test. What is not written here is taste; what is written here fails the build.

`ratchet.toml` lists today's exceptions to the lengths. It may only shrink: an entry that is no longer
needed, or is larger than needed, fails too.
"""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "seatrial"
RATCHET = tomllib.loads((Path(__file__).parent / "ratchet.toml").read_text(encoding="utf-8"))

BANNED_WORDS = (
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "base",
    "manager",
    "handler",
    "processor",
    "impl",
)
FUNCTION_LINES_MAX = 40
CORE_FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 250
FILE_LINES_CEILING = 400

WALL_CLOCK = {
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "sleep", "localtime"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "os": {"environ", "getenv", "urandom"},
    "random": {"random", "randint", "choice", "shuffle", "uniform", "randrange", "sample", "seed", "SystemRandom"},
}
WALL_MODULES = {"uuid", "secrets"}
WALL_ROOMS = ("bootstrap",)

MONEY_ROOMS = ("domain", "core")
# A likelihood of a place in a queue is no money: what is made of it is a whole number again.
FLOATS_ALLOWED = ("core/metrics.py", "core/queue_position.py", "core/plain_queue.py")
OUTERMOST = ("bootstrap/", "journal/group.py")  # processes, and the one thread that commits
THREADED = ("bootstrap/", "journal/")  # the group commit of production; simulations commit inline

Modules = list[tuple[str, ast.Module]]


def _files() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


@pytest.fixture(scope="module")
def modules() -> Modules:
    return [(path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))) for path in _files()]


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def _room(name: str) -> str:
    return name.split("/", maxsplit=1)[0]


def _words(name: str) -> set[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return {word.lower() for word in re.split(r"[_/.\-]+", spaced)}


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From `def` to the last line, the docstring not counted: explaining must not cost."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


# ------------------------------------------------------------------- names


def test_no_path_and_no_class_hides_behind_an_empty_word(modules: Modules) -> None:
    paths = [name for name, _ in modules if _words(name.removesuffix(".py")) & set(BANNED_WORDS)]
    classes = [
        f"{name}: {node.name}"
        for name, tree in modules
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and _words(node.name) & set(BANNED_WORDS)
    ]
    assert paths + classes == []


def test_every_module_and_every_public_name_says_what_it_means(modules: Modules) -> None:
    silent = []
    for name, tree in modules:
        if not ast.get_docstring(tree):
            silent.append(name)
        for node in tree.body:
            public = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name[0] != "_"
            if public and not ast.get_docstring(node) and not _says_it_itself(node):
                silent.append(f"{name}: {node.name}")
    assert silent == []


def _says_it_itself(node: ast.stmt) -> bool:
    """A function of one statement needs no second sentence."""
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and len(node.body) == 1


# ----------------------------------------------------------------- lengths


def test_functions_stay_short_and_the_exceptions_only_shrink(modules: Modules) -> None:
    found = {}
    for name, tree in modules:
        most = CORE_FUNCTION_LINES_MAX if _room(name) == "core" else FUNCTION_LINES_MAX
        for function in _functions(tree):
            if _body_lines(function) > most:
                found[f"{name}:{function.name}"] = _body_lines(function)
    assert _beyond(found, RATCHET["functions"]) == []


def test_files_stay_short_and_the_exceptions_only_shrink() -> None:
    lengths = {path.relative_to(SOURCE).as_posix(): len(path.read_text("utf-8").splitlines()) for path in _files()}
    long = {name: lines for name, lines in lengths.items() if lines > FILE_LINES_MAX}

    assert max(lengths.values()) <= FILE_LINES_CEILING
    assert _beyond(long, RATCHET["files"]) == []


def _beyond(found: dict[str, int], allowed: dict[str, int]) -> list[str]:
    """What outgrew its line of the list, and lines that ask to be lowered or deleted."""
    grown = [f"{name} has {lines} lines" for name, lines in found.items() if lines > allowed.get(name, 0)]
    stale = [f"{name} is listed with {most} lines" for name, most in allowed.items() if found.get(name, 0) < most * 0.9]
    return grown + stale


# ----------------------------------------------------------------- promises


def _wall_uses(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr in WALL_CLOCK.get(node.value.id, ()):
                yield f"{node.lineno}: {node.value.id}.{node.attr}"
        elif isinstance(node, ast.Import):
            yield from (f"{node.lineno}: import {each.name}" for each in node.names if each.name in WALL_MODULES)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            named = WALL_CLOCK.get(node.module or "", set())
            yield from (f"{node.lineno}: {node.module}.{each.name}" for each in node.names if each.name in named)
            if node.module in WALL_MODULES:
                yield f"{node.lineno}: from {node.module}"


def test_wall_clock_chance_and_environment_are_read_in_bootstrap_only(modules: Modules) -> None:
    uses = [f"{name}:{use}" for name, tree in modules if _room(name) not in WALL_ROOMS for use in _wall_uses(tree)]
    assert uses == []


def test_one_place_in_the_core_builds_an_approved_order(modules: Modules) -> None:
    """Nothing reaches a venue that the machine did not approve."""
    builders = [
        name
        for name, tree in modules
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _called(node) == "Approved"
    ]
    assert builders == ["core/decoding.py"]


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def test_money_is_never_a_float_and_never_divided_without_a_direction(modules: Modules) -> None:
    uses = []
    for name, tree in modules:
        if _room(name) not in MONEY_ROOMS or name in FLOATS_ALLOWED:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) == "float":
                uses.append(f"{name}:{node.lineno}: float()")
            elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
                uses.append(f"{name}:{node.lineno}: /")
            elif isinstance(node, ast.Constant) and isinstance(node.value, float):
                uses.append(f"{name}:{node.lineno}: {node.value}")
    assert uses == []


def test_nothing_is_caught_that_cannot_be_acted_on(modules: Modules) -> None:
    swallowed = []
    for name, tree in modules:
        for node in ast.walk(tree):
            if not isinstance(node, ast.ExceptHandler):
                continue
            caught = ast.unparse(node.type) if node.type else ""
            if caught in {"", "Exception", "BaseException"} and not (name.startswith(OUTERMOST) or _reraises(node)):
                swallowed.append(f"{name}:{node.lineno}")
    assert swallowed == []


def test_an_emulator_knows_the_words_and_the_kernel_and_nothing_else_of_ours(modules: Modules) -> None:
    allowed = ("seatrial.domain", "seatrial.emulators", "seatrial.core.matching", "seatrial.core.book")
    strangers = []
    for name, tree in modules:
        if _room(name) != "emulators":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("seatrial"):
                names = [f"{node.module}.{each.name}" for each in node.names]
                strangers += [f"{name}: {each}" for each in names if not each.startswith(allowed)]
    assert strangers == []


def _reraises(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None


def test_threads_and_processes_are_started_where_no_simulation_runs(modules: Modules) -> None:
    """In simulation time would jump ahead of running work."""
    starters = []
    for name, tree in modules:
        if name.startswith(THREADED):
            continue
        for node in ast.walk(tree):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            starters += [
                f"{name}:{node.lineno}: {each}"
                for each in names
                if each.split(".")[0] in {"threading", "multiprocessing", "subprocess", "concurrent"}
            ]
    assert starters == []


# --------------------------------------------------------------- left-overs

_LEFT_OVER = re.compile(r"\b(" + "TO" + "DO|FIX" + "ME|X" + r"XX)\b")
# the hosts are put together here, so that this file does not name one
_HOSTS = ("py" + r"pi\.org", "python" + "hosted", r"registry\.npm" + "js")
_REGISTRY = re.compile("|".join((*_HOSTS, "--index-url", "--extra-index-url", "file:///opt")))
_MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root|home/\w+)/\w")


def _texts() -> Iterator[tuple[str, str]]:
    this = Path(__file__).resolve()
    for path in _tracked():
        if path.suffix in {".py", ".toml", ".md", ".lock", ".in", ".txt", ".sql", ".html", ".csv", ""} and path != this:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def test_nothing_is_left_for_later_in_a_comment() -> None:
    assert [name for name, text in _texts() if _LEFT_OVER.search(text)] == []


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    named = [name for name, text in _texts() if _REGISTRY.search(text) or _MACHINE_PATH.search(text)]
    assert named == []


def test_the_root_can_be_taken_in_at_a_glance() -> None:
    entries = {path.relative_to(ROOT).parts[0] for path in _tracked()}
    shown = {entry for entry in entries if not entry.startswith(".")}
    assert len(shown) <= 20, sorted(shown)  # the runbooks name scripts/, backend/ and dashboard/
