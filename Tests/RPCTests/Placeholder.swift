@testable import RPC
