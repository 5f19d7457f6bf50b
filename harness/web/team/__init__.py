"""The team server: sign-in, submissions, scoring, results and administration."""
