"""Answers improved by what the index knows of itself: augmentation, expansion, recursion, traversal, diffusion.

Each method takes one of two kinds of value and returns the same kind, so any order of them makes a pipeline:

    descriptors  (n, d) float32 of unit length; a row of NaN is an image that was not read
    Neighbours   what is found for each query, best first, or the graph: what is found for each index image

    index = augmented(index, neighbours=10)                      # descriptors -> descriptors
    graph = without_self(nearest(index, index, 51))              # the graph: neighbours of the index in the index
    found = nearest(expanded(queries, index), index, 100)        # descriptors -> descriptors -> Neighbours
    found = bottleneck(found, graph)                             # Neighbours and graph -> Neighbours

What comes out of the last kind is `k` wide, each query has no place twice, similarities never rise, and what a method
does not reach follows in the order in which it was found. Edges of the graph from an image to itself are not followed.
An answer depends on its query and the index alone: not on the other queries, nor on how they are cut into chunks;
sums are taken row by row in a fixed order, equal values stand by place in the index. Where queries are mixed with
each other, as some competitors did, the name says so: `augmented_with_queries`.
"""
