"""Benchmarks of a whole portal, each beside a raw ceiling of the same run: `script/bench`."""
