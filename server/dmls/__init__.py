"""dmls: language server and linter for the configuration files of TiDB Data Migration."""

__version__ = "0.1.0"
