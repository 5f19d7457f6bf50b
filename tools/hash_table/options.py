"""Options of commands about hashes."""

from typing import Annotated

import typer

_OTHERS = "another function of imagehash, or MODULE:FUNCTION. Repeat it for several."

KindsOfTable = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        help=f"By default avghash, phash, dhash, dhash_vertical, whash and colorhash; also {_OTHERS}",
    ),
]
KindsToCompare = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        help=f"By hash: avghash (default), phash, dhash, dhash_vertical, whash, colorhash, {_OTHERS}",
    ),
]
HashSize = Annotated[
    int, typer.Option("--hash-size", metavar="N", help="Rows and columns of bits of a hash, as in imagehash.")
]
HashesUpright = Annotated[
    bool, typer.Option("--upright", help="Hash with the EXIF orientation, which imagehash ignores.")
]
