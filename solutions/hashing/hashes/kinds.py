"""Names of hashes: ours, those of imagehash, and those of columns in tables of hashes."""

from difflib import get_close_matches

from harness import HarnessError
from solutions.hashing.hashes.functions import (
    SEVERAL,
    HashFunction,
    function_name,
    imagehash_functions,
    name_of_function,
)

SYNONYMS: dict[str, tuple[str, ...]] = {
    "average": ("avghash", "average_hash", "ahash"),
    "dct": ("phash",),
    "difference": ("dhash",),
    "vertical": ("dhash_vertical",),
    "wavelet": ("whash",),
    "colour": ("colorhash", "color"),
}
"""Kind -> its other names. The first is the column that `landmark data hashes` writes, as on K. E. Odoh's slides."""

_KIND_OF = {name: kind for kind, names in SYNONYMS.items() for name in (kind, *names)}


def kind_of(kind: str | HashFunction) -> str:
    """Return the kind that has this name, or the name itself; of a function `module:function`.

    >>> import imagehash
    >>> kind_of("phash"), kind_of("imagehash:dhash"), kind_of("phash_simple"), kind_of(imagehash.whash)
    ('dct', 'difference', 'phash_simple', 'wavelet')
    """
    name = kind if isinstance(kind, str) else name_of_function(kind)
    return _KIND_OF.get(name.removeprefix("imagehash:"), name)


def column_of(name: str) -> str:
    """Return the column of a table that holds hashes of this name.

    >>> column_of("dct"), column_of("imagehash:phash_simple"), column_of("own.hashes:edges")
    ('phash', 'phash_simple', 'edges')
    """
    kind = kind_of(name)
    return SYNONYMS[kind][0] if kind in SYNONYMS else kind.rpartition(":")[2]


def columns_of(name: str) -> tuple[str, ...]:
    """Return all columns of a table that may hold hashes of this name.

    >>> columns_of("dct"), columns_of("own.hashes:edges")
    (('phash', 'dct'), ('own.hashes:edges', 'edges'))
    """
    kind = kind_of(name)
    names = (*SYNONYMS[kind], kind) if kind in SYNONYMS else (kind, kind.rpartition(":")[2])
    return tuple(dict.fromkeys(names))


def require_kind(name: str | HashFunction) -> str:
    """Return the kind that has this name, or `module:function` for a function that computes a hash.

    Raises HarnessError if there is no such hash; functions that are named are looked up later.
    """
    kind = kind_of(name)
    if kind in SYNONYMS or (":" in kind and not kind.startswith("imagehash:")):
        return kind
    if function_name(kind) in imagehash_functions():
        return f"imagehash:{function_name(kind)}"
    if function_name(kind) == SEVERAL:
        raise HarnessError(f"{SEVERAL} makes several hashes of an image; run the solution {SEVERAL}")
    names = [*SYNONYMS, *imagehash_functions()]
    close = get_close_matches(kind, names, n=1)
    advice = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(names)}, and module:function"
    raise HarnessError(f"{kind!r:.60} is no kind of hash; {advice}")
