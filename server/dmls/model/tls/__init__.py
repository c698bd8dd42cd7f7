"""The connections of a deployment, the certificates behind them, and what becomes of each."""
