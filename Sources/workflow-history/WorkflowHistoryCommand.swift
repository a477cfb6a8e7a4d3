@main struct WorkflowHistoryCommand { static func main() {} }
