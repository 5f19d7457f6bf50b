"""Local descriptors: places of photographs, matched, verified by geometry, and aggregated."""
