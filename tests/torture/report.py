"""The table of a torture: tries and failures of each part, and a command that repeats each failure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.torture.part import PartResult, distinct

_TEXT = 400  # characters of a failure


def report_lines(results: Sequence[PartResult]) -> Iterator[str]:
    """Yield the lines of the table, the sums by unit, and the failures."""
    width = max(len(result.part) for result in results)
    yield f"{'part':{width}}  {'tries':>10}  {'failures':>8}  {'seconds':>8}"
    for result in results:
        tries = f"{result.units} {result.unit}"
        yield f"{result.part:{width}}  {tries:>20}  {len(result.failures):>8}  {result.seconds:>8.0f}" + (
            f"  skipped: {result.skipped}" if result.skipped else ""
        )
    sums = Counter[str]()
    for result in results:
        sums[result.unit] += result.units
    failures = [failure for result in results for failure in result.failures]
    kinds = Counter(failure.fault.kind for failure in failures)
    yield "in all: " + ", ".join(f"{number} {unit}" for unit, number in sums.items())
    yield "failures: " + (", ".join(f"{number} {kind}" for kind, number in kinds.items()) or "none")
    for failure, number in distinct(failures):
        more = f" ({number} times)" if number > 1 else ""
        yield f"{failure.fault.kind}{more}: {failure.command}"
        yield f"    {failure.fault.text[:_TEXT]}"
