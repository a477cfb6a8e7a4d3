"""A small pipeline executor that does real work, and keeps its history in workflow-history."""
