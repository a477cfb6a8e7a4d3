import ProtobufMessages

/// `test.Kinds` of make-golden: a field of every kind, then a repeated one of each, then protobuf's own.
let kinds: MessageDescriptor = {
  let color = EnumDescriptor(
    fullName: "test.Color", names: [0: "COLOR_UNSPECIFIED", 1: "COLOR_RED", -7: "COLOR_BLUE"],
    numbers: ["COLOR_UNSPECIFIED": 0, "COLOR_RED": 1, "COLOR_BLUE": -7])
  let all: [(String, FieldDescriptor.Kind)] = [
    ("double", .double), ("float", .float), ("int64", .int64), ("uint64", .uint64),
    ("int32", .int32), ("fixed64", .fixed64), ("fixed32", .fixed32), ("bool", .bool),
    ("string", .string), ("bytes", .bytes), ("uint32", .uint32), ("enum", .enumeration(color)),
    ("sfixed32", .sfixed32), ("sfixed64", .sfixed64), ("sint32", .sint32), ("sint64", .sint64),
  ]
  var fields: [FieldDescriptor] = []
  for (isRepeated, prefix) in [(false, "one_"), (true, "many_")] {
    for (name, kind) in all {
      fields.append(
        FieldDescriptor(
          name: prefix + name, number: UInt32(fields.count + 1), kind: kind, isRepeated: isRepeated)
      )
    }
  }
  let own: [(String, [FieldDescriptor.Kind])] =
    [("Timestamp", [.int64, .int32]), ("Duration", [.int64, .int32]), ("FieldMask", [.string])]
    + [
      ("DoubleValue", [.double]), ("FloatValue", [.float]), ("Int64Value", [.int64]),
      ("UInt64Value", [.uint64]), ("Int32Value", [.int32]), ("UInt32Value", [.uint32]),
      ("BoolValue", [.bool]), ("StringValue", [.string]), ("BytesValue", [.bytes]),
    ]
  for (name, kinds) in own {
    fields.append(
      FieldDescriptor(
        name: "own_" + name.lowercased(), number: UInt32(fields.count + 1),
        kind: .message(googleMessage(name, kinds)), hasPresence: true))
  }
  fields.append(
    FieldDescriptor(
      name: "many_timestamp", number: 45, kind: .message(googleMessage("Timestamp", own[0].1)),
      isRepeated: true))
  for (number, name) in [(46 as UInt32, "left_side"), (47, "right__side2x")] {
    fields.append(
      FieldDescriptor(name: name, number: number, kind: .int32, hasPresence: true, oneof: 7))
  }
  return MessageDescriptor(fullName: "test.Kinds", fields: fields)
}()

private func googleMessage(_ name: String, _ kinds: [FieldDescriptor.Kind]) -> MessageDescriptor {
  MessageDescriptor(
    fullName: "google.protobuf." + name,
    fields: kinds.enumerated().map { index, kind in
      FieldDescriptor(
        name: "field_\(index)", number: UInt32(index + 1), kind: kind,
        isRepeated: name == "FieldMask")
    })
}
