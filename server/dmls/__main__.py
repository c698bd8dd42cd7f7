"""The command `dmls`.  Only `dmls serve` loads the language server; the command line never does."""

from __future__ import annotations

import sys
from typing import Sequence

from dmls.cli.main import main as run


def main() -> int:
    return run(sys.argv[1:], serve=_serve)


def _serve(arguments: Sequence[str]) -> int:
    from dmls.lsp.server import main as serve

    return serve(list(arguments))


if __name__ == "__main__":
    sys.exit(main())
