@testable import RPCServer
