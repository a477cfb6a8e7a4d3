@testable import PrivateFiles
