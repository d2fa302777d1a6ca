"""Asks memory for a row before it is read.

A table that the near caches do not hold is read at places that a hash chose. Asked for while
other work is done, a row is there when its turn comes; nothing else changes.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.cgutils import get_or_insert_function
from numba.extending import intrinsic

_READ, _KEEP, _DATA = 0, 3, 1  # what LLVM's prefetch is told: to be read, soon again, no program code


def _prefetch(_typing, array, row):  # type: ignore[no-untyped-def]
    """Ask for the line of the cache in which `array[row]` begins; `row` is unsigned and inside."""

    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        laid = context.make_array(signature.args[0])(context, builder, arguments[0])
        wide, number = ir.IntType(64), ir.IntType(32)
        step = builder.mul(builder.zext(arguments[1], wide), builder.extract_value(laid.strides, 0))
        address = builder.add(builder.ptrtoint(laid.data, wide), step)
        place = builder.inttoptr(address, ir.IntType(8).as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [place.type, number, number, number])
        name = "llvm.prefetch.p0"
        asked = get_or_insert_function(builder.module, kind, name)  # type: ignore[no-untyped-call]
        builder.call(asked, [place, number(_READ), number(_KEEP), number(_DATA)])
        return context.get_dummy_value()

    return types.void(array, row), code


prefetch: Any = intrinsic(_prefetch)
