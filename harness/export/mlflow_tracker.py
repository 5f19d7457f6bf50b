"""Entries as runs of MLflow, on a server or in a folder; the experiment is named like the competition."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.export.entry_record import KEY_TAG, EntryRecord
from harness.export.tracker import one_line_errors, require_package
from leaderboard.safe_text import hide_credentials

_DEFAULTS = {  # environment variables of MLflow, where the user has set none
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # its own default waits for minutes where no server answers
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
}
_TAGS_AT_ONCE = 100  # the limit of a server


class MlflowTracker:
    """The runs at a tracking URI, or in a folder as `sqlite:///FOLDER/mlflow.db` with the files beside it."""

    def __init__(self, place: str, *, submissions: bool = True) -> None:
        require_package("mlflow", "MLflow")
        for name, value in _DEFAULTS.items():
            os.environ.setdefault(name, value)
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError

        self._error_types, self._submissions = (MlflowException, SQLAlchemyError), submissions
        self._uri, self._artifacts = _location(place)
        self.view = shlex.join(["mlflow", "ui", "--backend-store-uri", self._uri])
        if not self._artifacts:
            self.view = hide_credentials(self._uri)
        self._experiments: dict[str, str] = {}
        with self._errors():
            self._client = MlflowClient(self._uri)
            self._client.search_experiments(max_results=1)  # fails now if no server answers

    def store(self, record: EntryRecord) -> bool:
        """Add an entry and return True, or update its run and return False; HarnessError, in one line."""
        with self._errors():
            experiment = self._experiments.get(record.experiment) or self._find_experiment(record.experiment)
            self._experiments[record.experiment] = experiment
            existing = self._client.search_runs([experiment], f"tags.`{KEY_TAG}` = '{record.key}'", max_results=1)
            run = existing[0] if existing else self._create_run(experiment, record)
            self._log(run, record)
        return not existing

    def _errors(self) -> Any:
        return one_line_errors(f"{self._uri}: MLflow", *self._error_types)

    def _find_experiment(self, name: str) -> str:
        """Return the id of the experiment of a name, created now if there is none."""
        found = self._client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        return str(self._client.create_experiment(name, artifact_location=self._artifacts))

    def _create_run(self, experiment: str, record: EntryRecord) -> Any:
        tags = {KEY_TAG: record.key}
        return self._client.create_run(experiment, _milliseconds(record.started), tags, run_name=record.name)

    def _log(self, run: Any, record: EntryRecord) -> None:
        """Log what the run lacks or has otherwise; parameters cannot change."""
        from mlflow.entities import Metric, Param, RunTag

        number, data, time = run.info.run_id, run.data, _milliseconds(record.ended)
        metrics = [
            Metric(name, value, time, 0) for name, value in record.metrics.items() if data.metrics.get(name) != value
        ]
        parameters = [Param(*each) for each in record.parameters.items() if each[0] not in data.params]
        tags = [RunTag(*each) for each in record.tags.items() if data.tags.get(each[0]) != each[1]]
        self._client.log_batch(number, metrics, parameters, tags[:_TAGS_AT_ONCE])
        if tags[_TAGS_AT_ONCE:]:
            self._client.log_batch(number, tags=tags[_TAGS_AT_ONCE:])
        self._add_submission(number, record)
        if run.info.status == "RUNNING":
            self._client.set_terminated(number, "FAILED" if record.failed else "FINISHED", time)

    def _add_submission(self, run: str, record: EntryRecord) -> None:
        file = record.submission
        if self._submissions and file and file.name not in {each.path for each in self._client.list_artifacts(run)}:
            self._client.log_artifact(run, str(file))


def _location(place: str) -> tuple[str, str | None]:
    """Return the tracking URI of a place, and for a folder, which is created, the URI of its artifacts."""
    if ":" in place or place == "databricks":
        return place, None
    folder = Path(place).expanduser().absolute()
    if any(sign in str(folder) for sign in "?#%"):
        raise HarnessError(f"{place}: MLflow cannot use a folder with ?, # or % in its path; choose another")
    with one_line_errors(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'mlflow.db'}", (folder / "artifacts").as_uri()


def _milliseconds(time: Any) -> int:
    return int(time.timestamp() * 1000)
