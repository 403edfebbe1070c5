"""The way to Dumas Presisi: the adapter, its signatures, its circuit breaker and its stand-in."""
