@testable import RPCClient
