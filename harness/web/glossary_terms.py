"""The terms of the glossary: name and definition by id, in the groups in which the page lists them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class GlossaryTerm:
    """A term and its definition, as plain text."""

    name: str
    definition: str


GROUPS: Mapping[str, Mapping[str, GlossaryTerm]] = {
    "Tasks and entries": {
        "retrieval": GlossaryTerm(
            "Retrieval",
            "The task of ranking the index images by whether they show the same landmark as a query.",
        ),
        "recognition": GlossaryTerm(
            "Recognition",
            "The task of naming the landmark that a query shows, with a confidence, or of naming none.",
        ),
        "query": GlossaryTerm(
            "Query", "A test image. A query that is excluded from the ground truth is not scored."
        ),
        "solution": GlossaryTerm(
            "Solution",
            "A program with parameters that answers the queries. Its parameter set is written in brackets: "
            "hash(kind='dct').",
        ),
        "entry": GlossaryTerm(
            "Entry",
            "One scored run of a solution, or one scored submission file. A board shows the best entry of each "
            "solution or parameter set.",
        ),
        "baseline": GlossaryTerm(
            "Baseline",
            "A trivial solution that ignores the query, such as the same images for every query. It is listed with "
            "the reference scores and takes no rank.",
        ),
        "near-duplicate": GlossaryTerm(
            "Near-duplicate",
            "Two image files of nearly the same pixels, such as resized or recompressed copies; found by perceptual "
            "hashes of which few bits differ.",
        ),
        "perceptual-hash": GlossaryTerm(
            "Perceptual hash",
            "A few bits computed from an image, which change little when the image is resized or compressed. Images "
            "are compared by the number of differing bits (Hamming distance).",
        ),
    },
    "Scores": {
        "relevant": GlossaryTerm(
            "Relevant image", "An index image that shows the landmark of the query, by the ground truth."
        ),
        "ap": GlossaryTerm(
            "AP@100",
            "Average precision of a query: the sum of the precision at the rank of each relevant image among the "
            "first 100, divided by the number of relevant images, at most 100. It is 1 if all relevant images come "
            "first.",
        ),
        "map": GlossaryTerm(
            "mAP@100",
            "Mean average precision: the mean of AP@100 over all scored queries. It ranks retrieval entries.",
        ),
        "gap": GlossaryTerm(
            "GAP",
            "Global average precision: all predictions of all queries are sorted by confidence; the precision at the "
            "rank of each correct one is summed and divided by the number of queries that show a landmark. It ranks "
            "recognition entries. A confident wrong answer costs most.",
        ),
        "precision": GlossaryTerm(
            "precision@k", "Share of relevant images among the first k of a ranking, averaged over the queries."
        ),
        "recall": GlossaryTerm(
            "recall@k",
            "Share of the relevant images that are among the first k of a ranking, averaged over the queries.",
        ),
    },
    "Uncertainty": {
        "interval": GlossaryTerm(
            "95 % interval",
            "95 % confidence interval of a score. The queries are resampled 1,000 times with replacement (bootstrap) "
            "and scored again; the interval covers the middle 95 % of these scores.",
        ),
        "tie": GlossaryTerm(
            "Tie (=)",
            "An entry is tied with the best one if a paired permutation test finds no significant difference between "
            "them: p ≥ 0.05 after Holm's correction for the number of tests. The test swaps the two answers to each "
            "query at random.",
        ),
        "p-best": GlossaryTerm(
            "P(best)", "Share of the bootstrap resamples in which an entry has the best score."
        ),
        "folds": GlossaryTerm(
            "Folds",
            "Cross-validation: the labelled train images are divided into folds, and each fold in turn provides the "
            "queries. The board shows the mean and the standard deviation (±) over the folds.",
        ),
    },
    "Public, private and overfitting": {
        "public": GlossaryTerm("Public part", "The queries whose scores are visible during a competition."),
        "private": GlossaryTerm(
            "Private part",
            "The other queries. Their scores decide the final ranking and are released at the end.",
        ),
        "finals": GlossaryTerm(
            "Finals", "The submissions that a team selects for the private part; its best final counts."
        ),
        "shake-up": GlossaryTerm(
            "Shake-up (Δ)",
            "The change of rank from the public to the private part. The shake-up analysis simulates it for 1,000 "
            "random public/private splits.",
        ),
        "probing": GlossaryTerm(
            "Probing",
            "Using the reported public scores of many submissions to fit the public part. It raises the public score "
            "but not the private one.",
        ),
        "ladder": GlossaryTerm(
            "Ladder",
            "A way of reporting public scores that resists probing (Blum and Hardt, 2015): a new score is reported "
            "only if it is significantly better than the best one before.",
        ),
    },
    "Data": {
        "gini": GlossaryTerm(
            "Gini coefficient",
            "How unevenly the train images are spread over the landmarks: 0 if each has as many, close to 1 if few "
            "landmarks have almost all.",
        ),
    },
    "Cost": {
        "wall": GlossaryTerm(
            "Wall clock, CPU", "Elapsed time of a run, and processor time summed over all cores, in seconds."
        ),
        "memory": GlossaryTerm("Peak memory", "Largest memory use of a run, in megabytes."),
        "pareto": GlossaryTerm(
            "Pareto front",
            "The entries for which no other entry is both cheaper and better. The charts connect them by a line.",
        ),
    },
}  # fmt: skip

TERMS: Mapping[str, GlossaryTerm] = {id: term for terms in GROUPS.values() for id, term in terms.items()}  # noqa: A001
