"""What DM makes of a file: decoding, defaults, the errors it stops with."""
