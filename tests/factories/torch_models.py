"""Small models of torch with random weights, and what torch computes of photographs."""

from typing import Any

import numpy as np


def residual_network() -> Any:
    """Return a residual network of two blocks: maps (n, 8, h / 4, w / 4) and class scores (n, 6)."""
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self, channels: int) -> None:
            super().__init__()
            self.first = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
            self.norm = nn.BatchNorm2d(channels)
            self.second = nn.Conv2d(channels, channels, 3, padding=1)

        def forward(self, x: Any) -> Any:
            return torch.relu(x + self.second(torch.relu(self.norm(self.first(x)))))

    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem = nn.Conv2d(3, 8, 4, stride=4)
            self.blocks = nn.Sequential(Block(8), Block(8))
            self.head = nn.Linear(8, 6)

        def forward(self, x: Any) -> tuple[Any, Any]:
            maps = self.blocks(self.stem(x))
            return maps, self.head(maps.mean((2, 3)))

    torch.manual_seed(1)
    model = Residual().eval()
    for name, buffer in model.named_buffers():
        if buffer.dtype == torch.float32:
            buffer.uniform_(0.5, 1.5) if name.endswith("var") else buffer.normal_()
    return model


def vision_transformer(side: int = 32, prefix: int = 1) -> Any:
    """Return a transformer of two blocks for images of this side: tokens (n, prefix + (side / 8)², 12)."""
    import torch
    from torch import nn

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm, self.qkv, self.out = nn.LayerNorm(12), nn.Linear(12, 36), nn.Linear(12, 12)

        def forward(self, x: Any) -> Any:
            n, t, c = x.shape
            q, k, v = self.qkv(self.norm(x)).reshape(n, t, 3, 3, c // 3).permute(2, 0, 3, 1, 4).unbind(0)
            y = nn.functional.scaled_dot_product_attention(q, k, v)
            return x + self.out(y.transpose(1, 2).reshape(n, t, c))

    class Transformer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.patches = nn.Conv2d(3, 12, 8, stride=8)
            self.before = nn.Parameter(torch.randn(1, prefix, 12))
            self.places = nn.Parameter(torch.randn(1, prefix + (side // 8) ** 2, 12))
            self.blocks = nn.Sequential(Attention(), Attention())

        def forward(self, x: Any) -> Any:
            x = self.patches(x).flatten(2).transpose(1, 2)
            return self.blocks(torch.cat([self.before.expand(x.shape[0], -1, -1), x], 1) + self.places)

    torch.manual_seed(2)
    return Transformer().eval()


def normalised(images: np.ndarray, mean: Any = 0.5, std: Any = 0.5) -> Any:
    """Return images (n, h, w, 3) uint8 as torch's usual transforms give them: (n, 3, h, w)."""
    import torch

    return torch.from_numpy((images / 255 - mean) / std).permute(0, 3, 1, 2).float()
