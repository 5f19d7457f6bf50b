"""Unpickler that calls only the functions of a table, and needs memory and time in proportion to the pickle's size.

Python's unpicklers trust a pickle: it may call any function, name lengths of objects that it does not hold, and use
keys whose hashes take for ever.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

_MOST_OBJECTS = 10_000_000  # containers, calls and remembered objects of a pickle
_MOST_CALL_BYTES = 1 << 28  # bytes and characters that calls return
_LONGEST_KEY_BITS = 60  # longer integers may have equal hashes

_Handler = Callable[[Any], None]
_PLAIN = (
    "PROTO STOP FRAME POP POP_MARK DUP NONE NEWTRUE NEWFALSE INT BININT BININT1 BININT2 LONG LONG1 FLOAT BINFLOAT "
    "STRING BINSTRING SHORT_BINSTRING BINBYTES SHORT_BINBYTES BINBYTES8 UNICODE SHORT_BINUNICODE BINUNICODE "
    "BINUNICODE8 EMPTY_TUPLE GET BINGET LONG_BINGET APPEND APPENDS GLOBAL STACK_GLOBAL PERSID BINPERSID"
)
_COUNTED = (
    "MARK EMPTY_LIST EMPTY_DICT LIST DICT TUPLE TUPLE1 TUPLE2 TUPLE3 PUT BINPUT LONG_BINPUT MEMOIZE REDUCE BUILD "
    "SETITEM SETITEMS"
)


class RestrictedUnpickler(pickle._Unpickler):  # noqa: SLF001 (the C unpickler lets a file allocate all memory)
    """Unpickler that calls only the functions in `functions`; a subclass fills the table.

    Its `load` raises UnpicklingError for any other name, for references to objects outside of the pickle, for sets
    and other objects that no data set needs, and for a pickle that would fill the memory.
    """

    functions: ClassVar[Mapping[tuple[str, str], Any]]  # (module, name) in the pickle -> what is called instead
    dispatch: ClassVar[dict[int, _Handler]]  # opcode -> function
    _objects, _call_bytes = 0, 0

    def find_class(self, module: str, name: str) -> Any:
        """Return the replacement of a named function."""
        if (module, name) not in self.functions:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return self.functions[module, name]

    def persistent_load(self, pid: Any) -> Any:  # noqa: ARG002 (pickle's signature)
        """Refuse a reference; a subclass may resolve it."""
        raise pickle.UnpicklingError("it refers to something outside")

    def count_object(self) -> None:
        """Count an object; raise UnpicklingError for too many."""
        self._objects += 1
        if self._objects > _MOST_OBJECTS:
            raise pickle.UnpicklingError(f"it has more than {_MOST_OBJECTS} objects")

    def count_result(self, result: object) -> None:
        """Count the bytes of a call's result; raise UnpicklingError for too many."""
        self._call_bytes += len(result) if isinstance(result, bytes | str) else 0
        if self._call_bytes > _MOST_CALL_BYTES:
            raise pickle.UnpicklingError(f"its texts have more than {_MOST_CALL_BYTES >> 20} MB")


def _refuse(_: Any) -> None:
    raise pickle.UnpicklingError("it has objects other than lists, tuples, dictionaries, texts, bytes and numbers")


def _counted(handler: _Handler) -> _Handler:
    def handle(unpickler: Any) -> None:
        unpickler.count_object()
        handler(unpickler)

    return handle


def _checked(check: _Handler, handler: _Handler) -> _Handler:
    def handle(unpickler: Any) -> None:
        check(unpickler)
        handler(unpickler)

    return handle


def _check_keys(unpickler: Any) -> None:
    """Refuse keys other than texts, bytes and short integers: the hash of nested tuples can take for ever."""
    for key in unpickler.stack[::2]:
        _check_key(key)


def _check_last_key(unpickler: Any) -> None:
    _check_key(unpickler.stack[-2])


def _check_key(key: object) -> None:
    if not (isinstance(key, str | bytes) or (isinstance(key, int) and key.bit_length() <= _LONGEST_KEY_BITS)):
        raise pickle.UnpicklingError(f"a key is of the type {type(key).__name__}; keys are texts or integers")


def _build(unpickler: Any) -> None:
    """Set the state of an object whose class takes one; functions and classes do not change.

    The attributes that torch gives its dictionaries of weights are left out.
    """
    target = unpickler.stack[-2]
    if isinstance(target, OrderedDict):
        unpickler.stack.pop()
        return
    if isinstance(target, type) or not hasattr(type(target), "__setstate__"):
        raise pickle.UnpicklingError(f"it changes an object of the type {type(target).__name__}")
    pickle._Unpickler.load_build(unpickler)  # type: ignore[attr-defined]  # noqa: SLF001


def _reduce(unpickler: Any) -> None:
    pickle._Unpickler.load_reduce(unpickler)  # type: ignore[attr-defined]  # noqa: SLF001
    unpickler.count_result(unpickler.stack[-1])


def _read_byte_array(unpickler: Any) -> None:
    """Read as bytes what was a byte array; pickle's own function allocates before it reads."""
    unpickler.append(unpickler.read(int.from_bytes(unpickler.read(8), "little")))


def _dispatch() -> dict[int, _Handler]:
    """Return the function of each opcode."""
    original: dict[int, _Handler] = pickle._Unpickler.dispatch  # noqa: SLF001
    of_name = {name: getattr(pickle, name)[0] for name in (*_PLAIN.split(), *_COUNTED.split())}
    handlers: dict[int, _Handler] = dict.fromkeys(range(256), _refuse)
    handlers |= {of_name[name]: original[of_name[name]] for name in _PLAIN.split()}
    checks = {"DICT": _check_keys, "SETITEMS": _check_keys, "SETITEM": _check_last_key}
    own = {"REDUCE": _reduce, "BUILD": _build}
    handlers[pickle.BYTEARRAY8[0]] = _read_byte_array
    for name in _COUNTED.split():
        handler = own.get(name, original[of_name[name]])
        handlers[of_name[name]] = _counted(_checked(checks[name], handler) if name in checks else handler)
    return handlers


RestrictedUnpickler.dispatch = _dispatch()
