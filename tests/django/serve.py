#!/usr/bin/env python
"""Serves the original for a test: one gunicorn process with threads, on a free port of 127.0.0.1.

The first line of its output is `listening on 127.0.0.1:PORT`. It ends when its standard input does,
and so never outlives the test that started it.
"""

import os
import signal
import sys
import threading

from gunicorn.app.base import BaseApplication

THREADS = int(os.environ.get("THREADS", "8"))


class TestServer(BaseApplication):
    def load_config(self):
        settings = {
            "bind": "127.0.0.1:0",
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "keepalive": 75,
            "graceful_timeout": 1,
            "preload_app": True,
            "control_socket_disable": True,
            "when_ready": announce,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self):
        from config.wsgi import application

        return application


def announce(server):
    host, port = server.LISTENERS[0].getsockname()
    print(f"listening on {host}:{port}", flush=True)
    threading.Thread(target=stop_after_input, daemon=True).start()


def stop_after_input():
    # Not sys.stdin: the worker is forked while this thread waits, and must not inherit its lock.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    TestServer().run()
