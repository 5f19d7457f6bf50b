"""Losses of single images in keras.ops.

`rows` `(n, d)` are descriptors, `weights` `(k, d)` and `bias` `(k,)` those of the landmarks, `classes` `(n,)` integers
from 0; each function returns the losses `(n,)`.
"""

from math import cos, pi, sin
from typing import Any

_LOW = -1e9  # logit of an impossible class
_EDGE = 1e-7  # cosines are clipped to this distance from ±1, where the gradient is infinite
_MIN_SQUARED = 1e-12  # smallest squared distance


def softmax_loss(rows: Any, classes: Any, weights: Any, bias: Any) -> Any:
    """Return the cross-entropy of a softmax over all landmarks."""
    from keras import ops

    return _cross_entropy(ops.matmul(rows, ops.transpose(weights)) + bias, classes)


def sampled_loss(rows: Any, classes: Any, weights: Any, bias: Any, negatives: Any, log_expected: Any) -> Any:
    """Return the cross-entropy of a softmax over an image's own landmark and sampled `negatives` `(m,)`.

    `log_expected` `(m,)`, the logarithm of the expected number of draws, is subtracted from the logits, so that the
    sample estimates the sum over all landmarks. A negative that is the image's own landmark does not count.

    Source: Jean et al., On using very large target vocabulary for neural machine translation, ACL 2015.
    """
    from keras import ops

    own = ops.sum(rows * ops.take(weights, classes, axis=0), axis=1) + ops.take(bias, classes)
    others = ops.matmul(rows, ops.transpose(ops.take(weights, negatives, axis=0))) + ops.take(bias, negatives)
    others = ops.where(negatives[None] == classes[:, None], _LOW, others - log_expected)
    return ops.logsumexp(ops.concatenate([own[:, None], others], axis=1), axis=1) - own


def hierarchical_loss(
    rows: Any, slots: Any, weights: Any, bias: Any, group_weights: Any, group_bias: Any, taken: Any
) -> Any:
    """Return the cross-entropy of p(group) p(landmark | group); only landmarks of the image's group are computed.

    There are `g * m` slots, m for each group. `slots` `(n,)` are those of the images' landmarks, `taken` `(g, m)` says
    which slots have a landmark, `group_weights` is `(g, d)`.

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
    """Return the cross-entropy of `scale` times cosines; the angle to the own landmark grows by `margin` radians.

    Source: Deng et al., ArcFace, CVPR 2019.
    """
    from keras import ops

    cosines = ops.matmul(ops.normalize(rows), ops.transpose(ops.normalize(weights)))
    own = ops.take_along_axis(cosines, classes[:, None], axis=1)
    others = ops.arange(cosines.shape[1])[None] != classes[:, None]
    return _cross_entropy(scale * ops.where(others, cosines, add_angular_margin(own, margin)), classes)


def add_angular_margin(cosines: Any, margin: float) -> Any:
    """Return the cosines of angles larger by `margin`; beyond 180 degrees they fall linearly."""
    from keras import ops

    safe = ops.clip(cosines, -1 + _EDGE, 1 - _EDGE)
    wider = safe * cos(margin) - ops.sqrt(1 - safe * safe) * sin(margin)
    return ops.where(cosines > cos(pi - margin), wider, cosines - margin * sin(pi - margin))


def triplet_loss(rows: Any, classes: Any, margin: float) -> Any:
    """Return the distance to the farthest match plus `margin` minus the distance to the nearest other, at least 0.

    Distances are Euclidean between L2-normalised rows. Without a match or without others in the batch it is 0.

    Source: Hermans, Beyer, Leibe, In defense of the triplet loss, 2017 (batch hard).
    """
    from keras import ops

    distances, same, other = _pairwise_distances(rows, classes)
    farthest = ops.max(ops.where(same, distances, -4.0), axis=1)
    nearest = ops.min(ops.where(other, distances, 4.0), axis=1)
    has_both = ops.any(same, axis=1) & ops.any(other, axis=1)
    return ops.where(has_both, ops.relu(farthest - nearest + margin), 0.0)


def contrastive_loss(rows: Any, classes: Any, margin: float) -> Any:
    """Return `(a² + max(margin - b, 0)²) / 2` for the distance a to the farthest match and b to the nearest other.

    Distances are Euclidean between L2-normalised rows.

    Source: Hadsell, Chopra, LeCun, CVPR 2006; hard negatives as in Radenović, Tolias, Chum, 2018.
    """
    from keras import ops

    distances, same, other = _pairwise_distances(rows, classes)
    farthest = ops.max(ops.where(same, distances, 0.0), axis=1)
    nearest = ops.min(ops.where(other, distances, margin), axis=1)
    return (farthest**2 + ops.relu(margin - nearest) ** 2) / 2


def _pairwise_distances(rows: Any, classes: Any) -> tuple[Any, Any, Any]:
    """Return `(n, n)` distances, which pairs of different images match, and which pairs do not."""
    from keras import ops

    unit = ops.normalize(rows)
    squared = 2 - 2 * ops.matmul(unit, ops.transpose(unit))
    is_match = classes[:, None] == classes[None]
    is_self = ops.eye(rows.shape[0], dtype="bool")
    return ops.sqrt(ops.maximum(squared, _MIN_SQUARED)), is_match & ~is_self, ~is_match


def _cross_entropy(logits: Any, classes: Any) -> Any:
    from keras import ops

    own = ops.take_along_axis(logits, classes[:, None], axis=1)[:, 0]
    return ops.logsumexp(logits, axis=1) - own
