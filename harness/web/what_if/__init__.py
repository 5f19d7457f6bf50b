"""The what-if page of an entry: its scores with shorter lists, without distractors, or with fewer labels."""
