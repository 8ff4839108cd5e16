"""Whatever happens to candles and processes: the rows are what a replay of what was known gives."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.signals.pipeline_machine import LivePipeline, Pipeline

SHORT = settings(
    max_examples=5,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.django_db
@pytest.mark.parametrize("machine", [Pipeline, LivePipeline])
def test_history_is_a_replay_of_what_was_known(machine):
    run_state_machine_as_test(machine, settings=SHORT)
