@testable import ProtobufMessages
