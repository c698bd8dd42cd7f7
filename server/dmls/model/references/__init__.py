"""The names that files give each other, and what follows when one changes."""
