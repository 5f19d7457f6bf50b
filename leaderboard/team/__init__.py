"""Teams: accounts, tokens, rules, and the submissions with their queue and results."""
