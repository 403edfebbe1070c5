"""Calls that never were, or were long ago, played against a running portal: `script/simulate`."""
