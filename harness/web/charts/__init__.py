"""SVG charts: axes with ticks, and the charts of a board. Imports no web framework."""
