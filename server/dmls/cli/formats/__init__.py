"""How findings are written, one module per format.

Each module has `write(result: cli.result.Result, console: cli.console.Console) -> None`.
"""
