"""How Gunicorn runs the web application."""

from heliograph.kit.tied import die_with_parent

worker_class = "uvicorn_worker.UvicornWorker"
workers = 1
graceful_timeout = 3
timeout = 60
control_socket_disable = True


def post_fork(_server: object, _worker: object) -> None:
    """A killed Gunicorn leaves no worker behind."""
    die_with_parent()
