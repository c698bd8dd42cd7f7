"""Formats and keys of the past and of neighbours."""
