// The WorkflowHistoryService room.
