"""The client of the service."""

from workflow_history_client.bulk import BulkSaves
from workflow_history_client.executions import Executions
from workflow_history_client.export import Exports
from workflow_history_client.figures import Figures
from workflow_history_client.history import History
from workflow_history_client.watch import Watches


class WorkflowHistoryService(Executions, BulkSaves, History, Figures, Watches, Exports):
    """Saves workflow executions, and reads them back as history, statistics and metrics.

    A `user_id` of "" is the caller. `timeout` is how many seconds all attempts of a call may take
    together. Every method raises `WorkflowHistoryError`, of the subclass for its gRPC code:
    `InvalidArgument`, which is a ValueError too, where an argument is refused.
    """
