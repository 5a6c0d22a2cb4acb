"""How compiled functions become one piece of machine code: parts stay open until a door closes over them.

numba optimises and emits every function by itself together with all it calls, so what lies ten calls deep is optimised
ten times. Here a function that only compiled code calls is a part: its module is typed, lowered and kept as it is. A
door is what something outside calls. It links every part below it once, hides them, and only then is optimised,
emitted and kept for the next process.

`Part` and `Door` lean on numba's private library class, whose version the lock pins; `tests/core/test_linking.py`
holds them to it.
"""

# mypy: allow-untyped-calls, allow-subclassing-any
from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
from llvmlite.binding import Linkage
from numba.core import ir, types
from numba.core.codegen import CPUCodeLibrary, JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import FunctionPass, register_pass
from numba.core.ir_utils import build_definitions
from numba.core.untyped_passes import FixupArgs


class PartCodegen:
    """The code generator as a part shows it: nothing of a part is loaded, so it has no environment to set."""

    def __init__(self, codegen: Any) -> None:
        self._codegen = codegen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._codegen, name)

    def set_env(self, env_name: str, env: Any) -> None:
        """Compiled code of ours reads no environment."""


class PartLibrary(JITCodeLibrary):
    """The module of a part. Nobody can call it from outside."""

    @property
    def codegen(self) -> Any:
        """The code generator."""
        return PartCodegen(self._codegen)

    def finalize(self) -> None:
        """Nothing is added any more. Neither optimised nor loaded."""
        self._raise_if_finalized()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """A part has no address."""
        self._ensure_finalized()
        return 0

    def own_module(self) -> Any:
        """Its module alone."""
        return self._final_module

    def _get_module_for_linking(self) -> Any:
        """With everything it calls: for whoever is no door of ours, a strategy for one."""
        self._ensure_finalized()
        if self._shared_module is None:
            shared = self._final_module.clone()
            for module in modules_below(self):
                shared.link_in(module, preserve=True)
            hide(shared, Linkage.linkonce_odr, set())
            self._shared_module = shared
        return self._shared_module


class DoorLibrary(JITCodeLibrary):
    """The module of a door: every part below it once, optimised as one."""

    def finalize(self) -> None:
        """Link, hide, optimise, load."""
        self._raise_if_finalized()
        own = {function.name for function in self._final_module.functions if not function.is_declaration}
        for module in modules_below(self):
            self._final_module.link_in(module, preserve=True)
        hide(self._final_module, Linkage.internal, own)
        self._optimize_final_module()
        self._final_module.verify()
        self._finalize_final_module()


def hide(module: Any, linkage: Any, but: set[str]) -> None:
    """Let nothing outside see a module's functions but these: the compiler may drop what it has put elsewhere."""
    for function in module.functions:
        if not function.is_declaration and function.name not in but:
            function.linkage = linkage


def modules_below(library: CPUCodeLibrary) -> Iterator[Any]:
    """What a library calls, and what that calls, each once."""
    seen: set[CPUCodeLibrary] = set()
    waiting = list(library._linking_libraries)
    while waiting:
        found = waiting.pop()
        if found in seen:
            continue
        seen.add(found)
        if isinstance(found, PartLibrary):
            waiting += found._linking_libraries
            yield found.own_module()
        else:
            yield found._get_module_for_linking()


class SureTyping:
    """A typing context that asks numba once what an operator or a field of the same types is.

    numba tries every implementation that anybody registered for an operator, each time it meets the operator.
    """

    _known: ClassVar[dict[Any, Any]] = {}

    def __init__(self, context: Any) -> None:
        self._asked = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._asked, name)

    def _once(self, question: str, *about: Any) -> Any:
        key = question, *about
        if key not in self._known:
            self._known[key] = getattr(self._asked, question)(*about)
        return self._known[key]

    def resolve_function_type(self, func: Any, args: Any, kws: Any) -> Any:
        """The signature of a call: of our own functions, numba knows it."""
        if kws or (isinstance(func, types.Type) and not isinstance(func, types.Function)):
            return self._asked.resolve_function_type(func, args, kws)
        key = "call", func, tuple(args)
        if key not in self._known:
            self._known[key] = self._asked.resolve_function_type(func, args, kws)
        return self._known[key]

    def resolve_setitem(self, target: Any, index: Any, value: Any) -> Any:
        """The signature of an assignment to an item."""
        return self._once("resolve_setitem", target, index, value)

    def find_matching_getattr_template(self, typ: Any, attr: str) -> Any:
        """What a field is."""
        return self._once("find_matching_getattr_template", typ, attr)

    def resolve_getattr(self, typ: Any, attr: str) -> Any:
        """The type of a field."""
        return self._once("resolve_getattr", typ, attr)


@register_pass(mutates_CFG=False, analysis_only=False)
class ReadConstants(FunctionPass):
    """`r.P_QTY` is a number: write it down as one, before numba types a module and its attribute."""

    _name = "read_constants_of_modules"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Whether anything changed."""
        modules: dict[str, Any] = {}
        read: set[str] = set()
        blocks = state.func_ir.blocks
        for block in blocks.values():
            for statement in block.body:
                if not isinstance(statement, ir.Assign):
                    continue
                value = statement.value
                if isinstance(value, ir.Global) and isinstance(value.value, ModuleType):
                    modules[statement.target.name] = value.value
                elif isinstance(value, ir.Expr) and value.op == "getattr" and value.value.name in modules:
                    found = getattr(modules[value.value.name], value.attr)
                    if type(found) is int:
                        statement.value = ir.Const(np.int64(found), value.loc)
                        read.add(value.value.name)
        for block in blocks.values():
            block.body = [each for each in block.body if not (isinstance(each, ir.Assign) and each.target.name in read)]
        state.func_ir._definitions = build_definitions(blocks)
        return bool(modules)


class PartCompiler(Compiler):
    """Compiles into a part."""

    library_type: Any = PartLibrary

    def __init__(self, typingctx: Any, *rest: Any) -> None:
        super().__init__(typingctx, *rest)
        self.state.typingctx = SureTyping(typingctx)

    def compile_extra(self, func: Any) -> Any:
        """numba makes a library of its own kind where there is none yet."""
        if self.state.library is None:
            self.state.library = self.library_type(self.state.targetctx.codegen(), func.__qualname__)
            self.state.library.enable_object_caching()
        return super().compile_extra(func)

    def define_pipelines(self) -> list[Any]:
        """numba's own, with the constants of modules read first."""
        pipelines = super().define_pipelines()
        pipelines[0].add_pass_after(ReadConstants, FixupArgs)
        pipelines[0].finalize()
        return pipelines


class DoorCompiler(PartCompiler):
    """Compiles into a door."""

    library_type = DoorLibrary
