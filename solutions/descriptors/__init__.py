"""Global descriptors: networks, extractors, pooling and whitening."""
