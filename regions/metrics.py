"""What Prometheus may read: counts by region, never of or about a citizen."""

from prometheus_client import Counter, Gauge, Histogram

CALL_EVENTS = Counter("portal110_call_events_total", "Call events taken in", ["region", "outcome"])
ALERT_SOCKETS = Gauge("portal110_alert_sockets", "Open alert sockets of this process", ["region"])
REQUESTS = Histogram(
    "portal110_request_seconds",
    "Time to answer a request",
    ["view", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
