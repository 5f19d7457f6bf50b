"""The synthetic competition: buildings, cameras, weather and image effects, rendered from a seed."""
