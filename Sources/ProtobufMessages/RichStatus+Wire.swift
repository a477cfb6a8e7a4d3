import CGoogleProtos
import CProtobufC

extension RichStatus: EncodableMessage, DecodableMessage {
  /// The status as a `google.rpc.Status`'s wire bytes.
  public func encode() -> [UInt8] { encode(arena: Arena(firstBlock: 2048), prefix: 0) }

  /// The status that a `google.rpc.Status`'s wire bytes say. Details of types that we do not use
  /// are passed over.
  public init(decoding bytes: [UInt8]) throws(MessageError) {
    self = try RichStatus.decode(bytes, arena: Arena(firstBlock: 2048))
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let status = statusType.make(in: arena) {
      $0.code = code
      $0.message = arena.cString(message)
      ($0.details, $0.n_details) = arena.pointers(details) { $0.any(in: arena) }
    }
    return statusType.encode(status, prefix: prefix)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(
    _ bytes: [UInt8], arena: Arena
  ) throws(MessageError) -> RichStatus {
    let status = try statusType.decode(bytes, arena: arena).pointee
    var details: [StatusDetail] = []
    for case let any? in UnsafeBufferPointer(start: status.details, count: status.n_details) {
      if let detail = try StatusDetail(any.pointee, arena: arena) { details.append(detail) }
    }
    return RichStatus(
      code: status.code, message: String(cString: status.message), details: details)
  }
}

/// What an Any's type_url begins with.
private let typePrefix = "type.googleapis.com/"

private let statusType = MessageType<Google__Rpc__Status> { google__rpc__status__init($0) }
private let anyType = MessageType<Google__Protobuf__Any> { google__protobuf__any__init($0) }
private let durationType = MessageType<Google__Protobuf__Duration> {
  google__protobuf__duration__init($0)
}
private let badRequestType = MessageType<Google__Rpc__BadRequest> {
  google__rpc__bad_request__init($0)
}
private let fieldViolationType = MessageType<Google__Rpc__BadRequest__FieldViolation> {
  google__rpc__bad_request__field_violation__init($0)
}
private let retryInfoType = MessageType<Google__Rpc__RetryInfo> {
  google__rpc__retry_info__init($0)
}
private let errorInfoType = MessageType<Google__Rpc__ErrorInfo> {
  google__rpc__error_info__init($0)
}
private let metadataEntryType = MessageType<Google__Rpc__ErrorInfo__MetadataEntry> {
  google__rpc__error_info__metadata_entry__init($0)
}

extension StatusDetail {
  fileprivate func any(in arena: Arena) -> UnsafeMutablePointer<Google__Protobuf__Any> {
    let (name, content) = nameAndContent(in: arena)
    return anyType.make(in: arena) {
      $0.type_url = arena.cString(typePrefix + name)
      $0.value = arena.bytes(content)
    }
  }

  private func nameAndContent(in arena: Arena) -> (name: String, content: [UInt8]) {
    switch self {
    case .badRequest(let violations):
      let message = badRequestType.make(in: arena) {
        ($0.field_violations, $0.n_field_violations) = arena.pointers(violations) { violation in
          fieldViolationType.make(in: arena) {
            $0.field = arena.cString(violation.field)
            $0.description = arena.cString(violation.description)
          }
        }
      }
      return ("google.rpc.BadRequest", badRequestType.encode(message))
    case .retryInfo(let delay):
      let message = retryInfoType.make(in: arena) {
        $0.retry_delay = durationType.make(in: arena) {
          $0.seconds = delay.components.seconds
          $0.nanos = Int32(delay.components.attoseconds / 1_000_000_000)
        }
      }
      return ("google.rpc.RetryInfo", retryInfoType.encode(message))
    case .errorInfo(let reason, let domain, let metadata):
      let message = errorInfoType.make(in: arena) {
        $0.reason = arena.cString(reason)
        $0.domain = arena.cString(domain)
        // In one order, so that equal statuses have equal bytes.
        let entries = metadata.sorted { $0.key < $1.key }
        ($0.metadata, $0.n_metadata) = arena.pointers(entries) { entry in
          metadataEntryType.make(in: arena) {
            $0.key = arena.cString(entry.key)
            $0.value = arena.cString(entry.value)
          }
        }
      }
      return ("google.rpc.ErrorInfo", errorInfoType.encode(message))
    }
  }

  /// The detail in an Any. Nil where its type is none of ours.
  fileprivate init?(_ any: Google__Protobuf__Any, arena: Arena) throws(MessageError) {
    let url = String(cString: any.type_url)
    let content = [UInt8](UnsafeBufferPointer(start: any.value.data, count: any.value.len))
    // Any prefix may stand before the last slash.
    switch url.split(separator: "/").last {
    case "google.rpc.BadRequest":
      let message = try badRequestType.decode(content, arena: arena).pointee
      let violations = UnsafeBufferPointer(
        start: message.field_violations, count: message.n_field_violations)
      self = .badRequest(
        violations.compactMap { $0?.pointee }.map {
          FieldViolation(
            field: String(cString: $0.field), description: String(cString: $0.description))
        })
    case "google.rpc.RetryInfo":
      let delay = try retryInfoType.decode(content, arena: arena).pointee.retry_delay?.pointee
      self = .retryInfo(
        .seconds(delay?.seconds ?? 0) + .nanoseconds(Int64(delay?.nanos ?? 0)))
    case "google.rpc.ErrorInfo":
      let message = try errorInfoType.decode(content, arena: arena).pointee
      let entries = UnsafeBufferPointer(start: message.metadata, count: message.n_metadata)
        .compactMap { $0?.pointee }
        .map { (String(cString: $0.key), String(cString: $0.value)) }
      self = .errorInfo(
        reason: String(cString: message.reason), domain: String(cString: message.domain),
        metadata: Dictionary(entries) { _, last in last })
    default: return nil
    }
  }
}
