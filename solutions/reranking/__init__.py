"""Re-ranking by the neighbour graph of the index: augmentation, expansion, recursion, traversal, diffusion.

Each method takes one of two types and returns the same type, so they can be chained in any order:

    descriptors  (n, d) float32 of unit length; a row of NaN is an undecodable image
    Neighbours   the results of each query, best first, or the graph: the neighbours of each index image

    index = augment_index(index, neighbours=10)                  # descriptors -> descriptors
    graph = neighbour_graph(index, 50)                           # neighbours of the index in the index
    results = nearest(expand_queries(queries, index), index, 100)  # descriptors -> descriptors -> Neighbours
    results = traverse(results, graph)                           # Neighbours and graph -> Neighbours

Returned `Neighbours` are `k` wide, without duplicates, with non-increasing similarities; images that a method does not
reach follow in their original order. Edges of the graph from an image to itself are ignored. The result of a query
depends on the query and the index alone: not on other queries nor on batches. Sums are computed row by row in a fixed
order; ties are broken by position in the index. Only `augment_index_and_queries` mixes queries with each other.
"""
