"""Prometheus and its tools, where they are installed."""

import os
import shutil

import pytest

PACKAGES = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "amtool": "prometheus-alertmanager",
}


def program(name):
    """Its path; without it the test is skipped, in CI it fails."""
    path = shutil.which(name)
    if path is None:
        sentence = f"There is no {name} here: install the package {PACKAGES[name]}."
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    return path
