"""Edits of a text, and the proof that they change nothing else."""
