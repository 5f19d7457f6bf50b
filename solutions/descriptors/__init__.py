"""Global descriptors: networks, what they make of a photograph, and how that is pooled."""
