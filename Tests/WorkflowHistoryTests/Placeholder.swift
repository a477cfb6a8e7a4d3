@testable import WorkflowHistory
