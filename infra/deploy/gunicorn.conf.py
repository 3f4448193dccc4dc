"""gunicorn's settings for `app:create_app()`: few processes, threads within each, no patched libraries."""

from __future__ import annotations

import os
from pathlib import Path

bind = f"127.0.0.1:{os.environ.get('ONPANEL_PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))

# The application is made once and then forked: it has disposed of its database connections by then.
preload_app = True

# A request longer than this is a defect, since long work is a job's; the process that hangs is replaced.
timeout = 60
graceful_timeout = 8
keepalive = 5
max_requests = 10_000
max_requests_jitter = 1_000

# Heartbeat files in memory, where a slow disk cannot make a healthy process look hung.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108

# Requests are logged by the application, with their request and tenant ids.
accesslog = None
errorlog = "-"

# Two servers of one account would share its path.
control_socket_disable = True
