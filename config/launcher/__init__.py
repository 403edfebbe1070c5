"""What script/server runs: embedded PostgreSQL and Valkey, the portal's processes, their watch."""
