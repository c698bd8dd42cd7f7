"""The language server: the one part of dmls that knows the protocol."""

# Before anything here can import lsprotocol.
import dmls.lsp.lean  # noqa: F401
