"""Rules about what lies between files."""
