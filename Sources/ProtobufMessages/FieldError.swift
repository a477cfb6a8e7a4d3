/// What is wrong with the bytes of a message, and in which field.
package struct FieldError: Error {
  /// The path of the field within the message that was being read. Empty: the message itself.
  package private(set) var path = ""
  package let description: String

  package init(_ description: String) { self.description = description }

  /// The same error as seen by the message around it, of which `component` is a field.
  package func within(_ component: String) -> FieldError {
    var error = self
    error.path = path.isEmpty || path.hasPrefix("[") ? component + path : "\(component).\(path)"
    return error
  }

  /// The same error as seen by the repeated field of which the element has it.
  package func within(element index: Int) -> FieldError {
    var error = self
    error.path = path.hasPrefix("[") || path.isEmpty ? "[\(index)]\(path)" : "[\(index)].\(path)"
    return error
  }
}

extension MessageError {
  /// The refusal of the field at the error's path; with none, of `subject`, such as "the message".
  package init(_ error: FieldError, subject: String) {
    if error.path.isEmpty {
      self.init(field: nil, description: "\(subject) \(error.description)")
    } else {
      self.init(field: error.path, description: error.description)
    }
  }
}
