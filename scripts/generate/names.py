"""Names: PyTorch's snake_case into the library's camelCase."""

from __future__ import annotations

import re

# Words that cannot name a parameter in a module's (strict) code.
RESERVED = frozenset(
    """arguments await break case catch class const continue debugger default delete do else enum
    eval export extends false finally for function if implements import in instanceof interface let
    new null package private protected public return static super switch this throw true try typeof
    var void while with yield""".split()
)


def camel(name: str) -> str:
    """`index_add_` -> `indexAdd_`: an underscore goes and the character after it is capitalised.

    lib/torch/camel.ts applies the same rule to the arguments' names of a schema, so names that
    begin with an underscore have no camelCase form.
    """
    if name.startswith("_"):
        raise ValueError(f"{name}: a private name has no camelCase form")
    return re.sub(r"_([A-Za-z0-9])", lambda m: m.group(1).upper(), name)


def parameter(name: str) -> str:
    """The camelCase name of a positional parameter, kept apart from JavaScript's reserved words."""
    result = camel(name)
    return f"{result}_" if result in RESERVED else result
