"""The shell for people and scripts.  It translates: command line to settings and paths, findings to text and JSON."""
