@testable import Reactor
