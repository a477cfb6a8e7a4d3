@testable import TLS
