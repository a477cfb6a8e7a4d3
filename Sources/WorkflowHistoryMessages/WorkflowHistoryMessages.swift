// The WorkflowHistoryMessages room.
