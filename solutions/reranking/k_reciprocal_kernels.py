"""Reciprocal neighbourhoods in the graph of an index to which a query is added: the kernels of `k_reciprocal`.

The query has the number after the last index image, and follows images of equal similarity.
"""

from typing import Any, NamedTuple

import numpy as np

from harness import helper

_NOWHERE = 2**31


class GraphWithQuery(NamedTuple):
    """The graph, without edges from images to themselves, and the results of a query."""

    graph: Any  # (n_index, g) positions
    edges: Any  # (n_index, g) similarities
    own: Any  # (f,) positions
    own_edges: Any  # (f,) similarities
    to_query: Any  # (n_index,) similarity to the query, -inf for images that are no result


class NeighbourhoodCodes(NamedTuple):
    """Cached codes of images: a code holds the weights of the members of a neighbourhood, which sum to 1."""

    slots: Any  # (n_index + 1,) slot of the code of an image, -1 for none
    images: Any  # (room,) image of each slot
    members: Any  # (room, most)
    weights: Any  # (room, most)
    sizes: Any  # (room,) number of members
    used: Any  # (1,) number of slots in use


@helper
def new_codes(n_index: int, room: int, near: int, half: int) -> NeighbourhoodCodes:
    """Return an empty cache for neighbourhoods of `near` images, extended by those of `half`."""
    most = (near + 1) * (half + 2)
    members, weights = np.empty((room, most), np.int64), np.empty((room, most))
    slots, images = np.full(n_index + 1, -1), np.empty(room, np.int64)
    return NeighbourhoodCodes(slots, images, members, weights, np.empty(room, np.int64), np.zeros(1, np.int64))


@helper
def clear_codes(codes: NeighbourhoodCodes) -> None:
    """Empty the cache."""
    for image in codes.images[: codes.used[0]]:
        codes.slots[image] = -1
    codes.used[0] = 0


@helper
def add_mean_code(image: int, lists: GraphWithQuery, sizes: Any, codes: NeighbourhoodCodes, code: Any) -> Any:
    """Add the mean code of the image and its nearest to `code` `(n_index + 1,)`; return the indices changed.

    `sizes` are the neighbourhood size, the size for its extension, and the number of codes averaged.
    """
    near, half, mean_of = sizes
    images = _nearest(image, lists, mean_of - 1)
    changed, count = np.empty(len(images) * codes.members.shape[1], np.int64), 0
    for each in images:
        if codes.slots[each] < 0:
            _encode(each, lists, near, half, codes)
        slot = codes.slots[each]
        for number in range(codes.sizes[slot]):
            member = codes.members[slot, number]
            if code[member] == 0:
                changed[count] = member
                count += 1
            code[member] += codes.weights[slot, number] / len(images)
    return changed[:count]


@helper
def _encode(image: int, lists: GraphWithQuery, near: int, half: int, codes: NeighbourhoodCodes) -> None:
    members = _neighbourhood(image, lists, near, half)
    slot, total = codes.used[0], 0.0
    codes.slots[image], codes.images[slot], codes.sizes[slot] = slot, image, len(members)
    codes.used[0] += 1
    for number in range(len(members)):
        codes.members[slot, number] = members[number]
        codes.weights[slot, number] = np.exp(_similarity(image, members[number], lists) - 1)
        total += codes.weights[slot, number]
    codes.weights[slot, : len(members)] /= total


@helper
def _neighbourhood(image: int, lists: GraphWithQuery, near: int, half: int) -> Any:
    """Return the mutual neighbours, and the mutual neighbours of these if two thirds of them are among them."""
    mutual = _mutual(image, lists, near)
    grown, count = np.empty((near + 1) * (half + 2), np.int64), len(mutual)
    grown[:count] = mutual
    for each in mutual:
        further = _mutual(each, lists, half)
        shared = 0
        for other in further:
            shared += _holds(mutual, other)
        if 3 * shared > 2 * len(further):
            for other in further:
                if not _holds(grown[:count], other):
                    grown[count] = other
                    count += 1
    return grown[:count]


@helper
def _holds(images: Any, image: int) -> bool:
    for each in images:  # noqa: SIM110  # kernels know no any() of a generator
        if each == image:
            return True
    return False


@helper
def _mutual(image: int, lists: GraphWithQuery, size: int) -> Any:
    """Return the image and those of its `size` nearest that have it among theirs."""
    nearest, count = _nearest(image, lists, size), 0
    for other in nearest:
        if other == image or _is_near(image, other, lists, size):
            nearest[count] = other
            count += 1
    return nearest[:count]


@helper
def _nearest(image: int, lists: GraphWithQuery, size: int) -> Any:
    """Return the image and the `size` nearest to it."""
    query = len(lists.graph)
    near, place_of_query = _list(image, lists)
    results, count = np.empty(size + 1, np.int64), 1
    results[0] = image
    for place in range(len(near) + 1):
        if place == place_of_query and count <= size:
            results[count] = query
            count += 1
        if place < len(near) and near[place] >= 0 and count <= size:
            results[count] = near[place]
            count += 1
    return results[:count]


@helper
def _is_near(image: int, other: int, lists: GraphWithQuery, size: int) -> Any:
    """Return whether `image` is among the `size` nearest to another one."""
    near, place_of_query = _list(other, lists)
    if image == len(lists.graph):
        return place_of_query < size
    for place in range(min(size, len(near))):
        if near[place] == image:
            return place + (place_of_query <= place) < size
    return False


@helper
def _list(image: int, lists: GraphWithQuery) -> Any:
    """Return the list of an image and the place of the query in it, _NOWHERE if it is not listed."""
    if image == len(lists.graph):
        return lists.own, _NOWHERE
    near, edges, similarity = lists.graph[image], lists.edges[image], lists.to_query[image]
    if similarity == -np.inf:
        return near, _NOWHERE
    place = 0
    while place < len(near) and edges[place] >= similarity:
        place += 1
    return near, place


@helper
def _similarity(image: int, other: int, lists: GraphWithQuery) -> Any:
    """Return the similarity of two images; if neither lists the other, that of the last entry of their lists."""
    query, first = len(lists.graph), min(image, other)
    if image == other:
        return 1.0
    if query in (image, other):
        own = lists.to_query[first]
        return own if own > -np.inf else min(lists.own_edges[-1], lists.edges[first, -1])
    for place in range(lists.graph.shape[1]):
        if lists.graph[image, place] == other:
            return lists.edges[image, place]
        if lists.graph[other, place] == image:
            return lists.edges[other, place]
    return min(lists.edges[image, -1], lists.edges[other, -1])
