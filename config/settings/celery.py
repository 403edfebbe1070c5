"""Celery: broker and beat. Tasks are short, may run twice, and find their work in tables."""

from config.settings.environment import OFFLINE, env, required

CELERY_BROKER_URL = (
    "memory://" if OFFLINE else required("BROKER_URL", "redis:// or amqp:// address of the broker")
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 60, "socket_timeout": 10}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    # An entry expires before the next one comes: after an outage nothing piles up.
    "worker-heartbeat": {
        "task": "regions.tasks.heartbeat",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "sum-rollups": {
        "task": "interactions.tasks.sum_rollups",
        "schedule": 2.0,
        "options": {"expires": 4},
    },
    "sweep-places": {
        "task": "interactions.tasks.sweep_places",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "forget-alerts": {
        "task": "interactions.tasks.forget_alerts",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "deliver-escalations": {
        "task": "complaints.tasks.deliver_due_escalations",
        "schedule": 1.0,
        "options": {"expires": 2},
    },
    "mark-overdue": {
        "task": "complaints.tasks.mark_overdue",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # Each report is compared once a day; a sweep takes those whose day is over.
    "reconcile": {
        "task": "complaints.tasks.reconcile",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
}
WORKER_HEARTBEAT: str = env.str("PORTAL_WORKER_HEARTBEAT", default="")
