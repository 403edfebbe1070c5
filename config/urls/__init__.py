"""Root URLs, one module per kind of host."""
