"""Teams and what they hand in: who they are, what the rules allow, what became of each file."""
