"""From solutions and splits to scores."""
