internal import RPC

extension RPCStatusCode {
  /// How many the specification has, from 0 on.
  static let count = 17

  /// What it counts as: others are unknown.
  var figureIndex: Int {
    (0..<Self.count).contains(Int(rawValue)) ? Int(rawValue) : Int(RPCStatusCode.unknown.rawValue)
  }

  var figureName: String {
    RPCStatusCode(rawValue: Int32(figureIndex)).description
  }
}
