"""The work behind `wirewatch rules`: check, match, explain, test, lint, forms, import."""
