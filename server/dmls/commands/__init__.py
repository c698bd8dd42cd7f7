"""The commands of `dmls` and how their options are read, from a command line or from an editor."""
