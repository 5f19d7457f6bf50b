"""The tree of Burkhard and Keller: a child for every distance to its parent's code.

Source: "Some approaches to best-match file searching", 1973. The tree is that of inserting the codes one by one.
"""

from dataclasses import dataclass

from solutions.hashing.search.index_structures.metric_tree import MetricTree


@dataclass
class BKTree(MetricTree):
    """At most 65 children a node; `work` is the number of nodes visited, a distance each."""
