@testable import Identity
