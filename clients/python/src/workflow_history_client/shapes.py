"""The dicts that calls take and return.

Times are aware datetimes in UTC, durations are seconds, and rates and shares are percent from 0 to
100 unless they say otherwise. None stands for what is not known. Every figure is explained where it
is defined, in Protos/workflow_history/v1.
"""

import datetime
from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

from workflow_history_client._values import Document, Identifier

WorkflowStatus = Literal["PENDING", "RUNNING", "COMPLETED", "FAILED", "PAUSED"]


class TaskResult(TypedDict):
    """What one task did. The server adds tasks up by their names."""

    task_name: str
    status: NotRequired[str]
    duration_seconds: NotRequired[float | None]
    error: NotRequired[str | None]


class ExecutionFields(TypedDict):
    """What is kept of one run of a workflow."""

    # A UUIDv7.
    id: str
    workflow_id: str
    workflow_type: str
    user_id: str
    status: WorkflowStatus
    input_data: Document
    output_data: Document
    # By convention a list of TaskResult.
    task_results: Document
    error_message: str | None
    start_time: datetime.datetime | None
    end_time: datetime.datetime | None
    duration_seconds: float | None
    execution_metadata: Document
    # 1, and one more with each update.
    version: int
    created_at: datetime.datetime
    updated_at: datetime.datetime


class WorkflowExecution(ExecutionFields):
    """One run of a workflow, as it is told of. Without its documents, those are None."""

    # Whether it is RUNNING and its heartbeats have stopped: its executor has most likely died.
    abandoned: bool


class ArchivedExecution(ExecutionFields):
    """One run of a workflow, and what makes another server take it for the same."""

    # Of the save that made it: by it that save, sent again, is told from another with the same id.
    save_digest: bytes


class ExecutionChange(TypedDict):
    """One write of one execution."""

    kind: Literal["CREATED", "UPDATED", "DELETED"]
    execution_id: str
    user_id: str
    # The one that the write made; where it was deleted, the last one.
    version: int
    # After the write; where it was deleted, before.
    workflow_type: str
    status: WorkflowStatus
    # When the transaction of the write began, by the database's clock.
    changed_at: datetime.datetime
    # As it is now, which may be later than this change, without documents. None where it has been
    # deleted.
    execution: WorkflowExecution | None
    # Goes on after this change.
    resume_token: str


class ExecutionToSave(TypedDict):
    """One of many executions to be saved: the arguments of `save_workflow_execution`."""

    workflow_id: Identifier
    workflow_type: str
    status: str
    # The caller where it is left out.
    user_id: NotRequired[Identifier]
    input_data: NotRequired[Document]
    output_data: NotRequired[Document]
    task_results: NotRequired[Sequence[TaskResult | Mapping[str, object]] | None]
    error_message: NotRequired[str | None]
    start_time: NotRequired[datetime.datetime | None]
    end_time: NotRequired[datetime.datetime | None]
    duration_seconds: NotRequired[float | None]
    execution_metadata: NotRequired[Document]
    # A new one where it is left out.
    execution_id: NotRequired[Identifier]


class ExecutionChanges(TypedDict, total=False):
    """What an update can change. None clears a field, or gives it the default of a save."""

    workflow_type: str
    status: str
    input_data: Document
    output_data: Document
    task_results: Document
    error_message: str | None
    start_time: datetime.datetime | None
    end_time: datetime.datetime | None
    duration_seconds: float | None
    execution_metadata: Document


class HistoryFilters(TypedDict, total=False):
    """Which executions of a user a history has, and how much of each."""

    workflow_id: Identifier | None
    workflow_type: str | None
    # On created_at: at or after the one, and before the other.
    created_after: datetime.datetime | None
    created_before: datetime.datetime | None
    # Only those that are RUNNING and whose heartbeats have stopped.
    abandoned_only: bool
    # True where it is not said. Without them pages are smaller, and their documents None.
    include_documents: bool


class WorkflowHistoryPage(TypedDict):
    """Some of a user's executions, newest first."""

    executions: list[WorkflowExecution]
    # How many executions meet the filters, wherever this page lies.
    total: int
    # The arguments of the call. A status as it is stored, several as a list of them.
    limit: int
    offset: int
    status_filter: str | list[str] | None
    # Goes on after this page; None where it is the last.
    next_page_token: str | None


class ExecutionTotals(TypedDict):
    """Executions of a window, added up."""

    total_executions: int
    pending_executions: int
    running_executions: int
    completed_executions: int
    failed_executions: int
    paused_executions: int
    # completed / total, to 2 decimals.
    success_rate: float
    average_duration_seconds: float | None
    p50_duration_seconds: float | None
    p95_duration_seconds: float | None
    p99_duration_seconds: float | None
    first_execution_at: datetime.datetime | None
    last_execution_at: datetime.datetime | None


class WorkflowTypeStatistics(ExecutionTotals):
    """The totals of one type."""

    workflow_type: str


class WorkflowStatistics(ExecutionTotals):
    """The totals of a user, and of each type."""

    user_id: str
    # None: all types.
    workflow_type: str | None
    window_start: datetime.datetime
    window_end: datetime.datetime
    most_common_type: str | None
    # The 1,000 most common types.
    by_type: list[WorkflowTypeStatistics]
    # How many there are.
    workflow_type_count: int


class SpeedClass(TypedDict):
    """How many executions were about as fast."""

    category: Literal["very_fast", "fast", "normal", "slow", "very_slow"]
    executions: int
    average_duration_seconds: float | None


class InputAssociation(TypedDict):
    """A value of the input that goes with an error."""

    # A JSONPath.
    field: str
    # JSON, or a range of numbers.
    value: str
    executions: int
    error_rate: float
    baseline_error_rate: float
    p_value: float


class ErrorPattern(TypedDict):
    """Errors that differ only in ids, numbers, times and the like."""

    fingerprint: str
    frequency: int
    first_seen: datetime.datetime
    last_seen: datetime.datetime
    trend: Literal["NEW", "RISING", "STEADY", "FALLING"]
    sample_message: str
    sample_execution_ids: list[str]
    share: float
    input_associations: list[InputAssociation]


class TipEvidence(TypedDict):
    """A figure that a tip rests on."""

    name: str
    value: float


class OptimizationTip(TypedDict):
    """A finding that somebody can act on."""

    # HEALTHY, SLOW_EXECUTIONS, REPEATED_ERROR, BOTTLENECK_TASK, REGRESSION, RETRY_STORM,
    # FAILURE_CAUSE, and those of later servers.
    kind: str
    severity: Literal["INFO", "WARNING", "CRITICAL"]
    text: str
    executions: int
    subject: str | None
    evidence: list[TipEvidence]
    sample_execution_ids: list[str]


class EfficiencyPoint(TypedDict):
    """How long one UTC day's executions took against the 28 days before."""

    # YYYY-MM-DD.
    date: str
    executions: int
    median_duration_seconds: float
    baseline_median_seconds: float | None
    # median / baseline: under 1 is faster than usual.
    ratio: float | None


class DailyFigures(TypedDict):
    """What the executions of one UTC day add up to, as far as it lies in the window."""

    # YYYY-MM-DD.
    date: str
    total_executions: int
    completed_executions: int
    failed_executions: int
    # In percent.
    success_rate: float
    p50_duration_seconds: float | None
    p95_duration_seconds: float | None
    p99_duration_seconds: float | None


class DurationBucket(TypedDict):
    """How many executions took from lower_seconds to just under upper_seconds."""

    lower_seconds: float
    upper_seconds: float
    executions: int


class TaskMetrics(TypedDict):
    """The runs of one task, added up."""

    task_name: str
    runs: int
    failed_runs: int
    average_duration_seconds: float | None
    time_share: float
    failure_share: float


class PerformanceMetrics(TypedDict):
    """How well a user's executions in a window performed."""

    user_id: str
    workflow_type: str | None
    window_start: datetime.datetime
    window_end: datetime.datetime
    # Always all five, from very_fast to very_slow.
    execution_time_distribution: list[SpeedClass]
    # The 5 most frequent.
    error_patterns: list[ErrorPattern]
    # The texts of the tips. Never empty.
    optimization_tips: list[str]
    # The same tips with what they rest on.
    tips: list[OptimizationTip]
    efficiency_trend: list[EfficiencyPoint]
    p50_duration_seconds: float | None
    p95_duration_seconds: float | None
    p99_duration_seconds: float | None
    duration_histogram: list[DurationBucket]
    slowest_tasks: list[TaskMetrics]
    # The days of the window that have an execution, oldest first.
    daily: list[DailyFigures]


class LearnedPattern(TypedDict):
    """A regularity in a user's history, with the figures that speak for it."""

    pattern_id: str
    # FAILURE, RECOVERY, DURATION, DURATION_CHANGE, FAILURE_CHANGE, SLOW_TASK, SEQUENCE, ERROR, and
    # those of later servers.
    kind: str
    workflow_type: str
    rule: Document
    description: str
    support: int
    # A share from 0 to 1; of durations a median in seconds.
    confidence: float
    baseline: float
    lift: float
    p_value: float
    q_value: float
    # UTC days, YYYY-MM-DD.
    first_confirmed: str
    last_confirmed: str
    validated: bool
    active: bool
    sample_execution_ids: list[str]


class RunningTime(TypedDict):
    """How long a RUNNING execution has run, against those that it is like."""

    elapsed_seconds: float
    # How many of them took longer: under 10 is unusual.
    longer_percent: float | None


class ExecutionEstimate(TypedDict):
    """What executions like one have done."""

    workflow_type: str
    p50_duration_seconds: float | None
    p90_duration_seconds: float | None
    duration_support: int
    # From 0 to 1.
    failure_probability: float | None
    failure_support: int
    conditions: list[str]
    running: RunningTime | None
