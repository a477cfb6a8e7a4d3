/// A limit to which a server holds its clients, by the name of its setting.
enum ServerLimit: String, CaseIterable {
  case connections = "max-connections"
  case connectionMemory = "max-connection-memory"
  case memory = "max-memory"
  case messageSize = "max-message-size"
  case metadata = "max-metadata-size"
  case runningCalls = "max-running-calls"
  case requestTimeout = "request-timeout"
}
