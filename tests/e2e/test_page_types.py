"""The page's types of the doors are the ones the doors tell of themselves now."""

from __future__ import annotations

import importlib.util
from types import ModuleType

from tests.e2e.browser import ROOT, build_page


def _build_script() -> ModuleType:
    found = importlib.util.spec_from_file_location("build_page", ROOT / "scripts" / "build_page.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_types_are_those_of_the_doors() -> None:
    build_page()
    script = _build_script()

    assert script.types() == script.TYPES.read_text(encoding="utf-8"), "a door has changed: run `make page-types`"
