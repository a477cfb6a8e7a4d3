@testable import PostgresSupervisor
