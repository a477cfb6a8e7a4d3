// The WorkflowHistoryClient room.
