import Foundation
import ProtobufMessages
import Testing
import WorkflowHistoryMessages

/// What protobuf's own JSON mapping makes of messages and texts, as Tests/Support/ProtobufJSON/make-golden
/// wrote it down.
struct Golden: Decodable {
  struct Message: Decodable, Sendable, CustomTestStringConvertible {
    var type: String
    var wire: String
    var json: String
    var jsonWithDefaults: String
    var jsonWithProtoNames: String

    var testDescription: String { "\(type), \(json)" }
  }

  struct Text: Decodable, Sendable, CustomTestStringConvertible {
    var text: String
    /// Nil where the text is refused.
    var wire: String?

    var testDescription: String { text }
  }

  struct Status: Decodable, Sendable, CustomTestStringConvertible {
    var wire: String
    var json: String

    var testDescription: String { json }
  }

  var messages: [Message]
  var statuses: [Status]
  var texts: [Text]

  static let all: Golden = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Support/ProtobufJSON/golden.json")
    do {
      return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    } catch {
      preconditionFailure("\(file.path): \(error)")
    }
  }()
}

/// The declaration of a message that golden.json names.
func declaration(_ fullName: String) -> MessageDescriptor {
  fullName == kinds.fullName ? kinds : WorkflowHistoryAPI.messages[fullName]!
}

/// The value that a JSON text says.
func value(_ json: [UInt8]) throws -> NSObject {
  let value = try JSONSerialization.jsonObject(with: Data(json), options: .fragmentsAllowed)
  return value as! NSObject
}

func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

func bytes(hexadecimal text: String) -> [UInt8] {
  let digits = text.utf8.map { UInt8($0 < 0x3A ? $0 - 0x30 : $0 - 0x57) }
  return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
