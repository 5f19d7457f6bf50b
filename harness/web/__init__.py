"""The site: what pages need, where it is found, and who may see what."""
