"""What a network is taught by, image by image, in keras.ops; tests hold each against its definition.

`rows` `(n, d)` are descriptors, `weights` `(k, d)` and `bias` `(k,)` those of a landmark each, `classes` `(n,)` whole
numbers from 0; what comes out is `(n,)`.
"""

from __future__ import annotations

from math import cos, pi, sin
from typing import Any

_LOW = -1e9  # a logit of what cannot be
_EDGE = 1e-7  # between the cosines that are differentiated and one
_NEAR = 1e-12  # squared distances below it count as it


def softmax_loss(rows: Any, classes: Any, weights: Any, bias: Any) -> Any:
    """Return the cross-entropy of a softmax over all landmarks."""
    from keras import ops

    return _cross_entropy(ops.matmul(rows, ops.transpose(weights)) + bias, classes)


def sampled_loss(rows: Any, classes: Any, weights: Any, bias: Any, negatives: Any, log_expected: Any) -> Any:
    """Return the cross-entropy of a softmax over an image's own landmark and `negatives` `(m,)`, drawn ones.

    `log_expected` `(m,)` is the logarithm of how often each was to be drawn; taken off its logit, it makes the sum over
    the drawn stand for that over all. A negative that is the image's own landmark does not count.

    Source: Jean et al., On using very large target vocabulary for neural machine translation, ACL 2015.
    """
    from keras import ops

    own = ops.sum(rows * ops.take(weights, classes, axis=0), axis=1) + ops.take(bias, classes)
    drawn = ops.matmul(rows, ops.transpose(ops.take(weights, negatives, axis=0))) + ops.take(bias, negatives)
    drawn = ops.where(negatives[None] == classes[:, None], _LOW, drawn - log_expected)
    return ops.logsumexp(ops.concatenate([own[:, None], drawn], axis=1), axis=1) - own


def hierarchical_loss(
    rows: Any, slots: Any, weights: Any, bias: Any, group_weights: Any, group_bias: Any, taken: Any
) -> Any:
    """Return the cross-entropy of p(group) p(landmark | group); only the landmarks of the image's group are looked at.

    Landmarks stand in slots `(g * m,)`, those of a group side by side; `slots` `(n,)` are those of the images, `taken`
    `(g, m)` tells which hold a landmark, `group_weights` is `(g, d)`.

    Source: Morin, Bengio, Hierarchical probabilistic neural network language model, AISTATS 2005.
    """
    from keras import ops

    groups, members = taken.shape
    group, member = slots // members, slots % members
    own = ops.take(ops.reshape(weights, (groups, members, -1)), group, axis=0)  # (n, m, d)
    logits = ops.einsum("nd,nmd->nm", rows, own) + ops.take(ops.reshape(bias, (groups, members)), group, axis=0)
    logits = ops.where(ops.take(taken, group, axis=0), logits, _LOW)
    return softmax_loss(rows, group, group_weights, group_bias) + _cross_entropy(logits, member)


def arcface_loss(rows: Any, classes: Any, weights: Any, margin: float, scale: float) -> Any:
    """Return the cross-entropy of `scale` times cosines, the angle to the image's own landmark widened by `margin`.

    Source: Deng et al., ArcFace, CVPR 2019.
    """
    from keras import ops

    cosines = ops.matmul(ops.normalize(rows), ops.transpose(ops.normalize(weights)))
    own = ops.take_along_axis(cosines, classes[:, None], axis=1)
    others = ops.arange(cosines.shape[1])[None] != classes[:, None]
    return _cross_entropy(scale * ops.where(others, cosines, widened(own, margin)), classes)


def widened(cosines: Any, margin: float) -> Any:
    """Return the cosines of angles `margin` wider; beyond half a turn they go on falling, in a straight line."""
    from keras import ops

    safe = ops.clip(cosines, -1 + _EDGE, 1 - _EDGE)
    wider = safe * cos(margin) - ops.sqrt(1 - safe * safe) * sin(margin)
    return ops.where(cosines > cos(pi - margin), wider, cosines - margin * sin(pi - margin))


def triplet_loss(rows: Any, classes: Any, margin: float) -> Any:
    """Return by how much the farthest image of the same landmark is not nearer, by `margin`, than the nearest other.

    Distances are Euclidean between rows of length one. An image alone of its landmark, or among no others, costs none.

    Source: Hermans, Beyer, Leibe, In defense of the triplet loss, 2017 (batch hard).
    """
    from keras import ops

    apart, same, other = _pairs(rows, classes)
    farthest = ops.max(ops.where(same, apart, -4.0), axis=1)
    nearest = ops.min(ops.where(other, apart, 4.0), axis=1)
    asked = ops.any(same, axis=1) & ops.any(other, axis=1)
    return ops.where(asked, ops.relu(farthest - nearest + margin), 0.0)


def contrastive_loss(rows: Any, classes: Any, margin: float) -> Any:
    """Return half the squared distance to the farthest of the same landmark, and half what the nearest other lacks.

    It lacks what it is nearer than `margin`; distances are Euclidean between rows of length one.

    Source: Hadsell, Chopra, LeCun, CVPR 2006; hard negatives as in Radenović, Tolias, Chum, 2018.
    """
    from keras import ops

    apart, same, other = _pairs(rows, classes)
    farthest = ops.max(ops.where(same, apart, 0.0), axis=1)
    nearest = ops.min(ops.where(other, apart, margin), axis=1)
    return (farthest**2 + ops.relu(margin - nearest) ** 2) / 2


def _pairs(rows: Any, classes: Any) -> tuple[Any, Any, Any]:
    """Return distances, and which pairs are of one landmark (none of an image with itself) or of two: `(n, n)`."""
    from keras import ops

    unit = ops.normalize(rows)
    squared = 2 - 2 * ops.matmul(unit, ops.transpose(unit))
    alike = classes[:, None] == classes[None]
    itself = ops.eye(rows.shape[0], dtype="bool")
    return ops.sqrt(ops.maximum(squared, _NEAR)), alike & ~itself, ~alike


def _cross_entropy(logits: Any, classes: Any) -> Any:
    from keras import ops

    own = ops.take_along_axis(logits, classes[:, None], axis=1)[:, 0]
    return ops.logsumexp(logits, axis=1) - own
