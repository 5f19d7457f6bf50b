"""The vantage-point tree: two children, the nearer half and the farther half as seen from the node's code.

Source: P. Yianilos, "Data structures and algorithms for nearest neighbor search in general metric spaces", 1993; the
deck's triangle inequality with a heap that is updated. Distances up to the median go to the nearer half.
"""

from dataclasses import dataclass

from solutions.hashing.search.index_structures.metric_tree import MetricTree


@dataclass
class VPTree(MetricTree):
    """Two children a node; `work` is the number of nodes visited, a distance each."""

    at_median = True
