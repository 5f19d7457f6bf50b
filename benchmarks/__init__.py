"""Speed and memory of each part, compared with an alternative or with a required figure."""
