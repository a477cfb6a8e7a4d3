internal import Postgres

extension [PendingWrite] {
  /// The ids of writes that are sorted, and the first and the last of them.
  var idParameters: [Parameter] {
    var ids = ArrayParameter(of: .uuid)
    for write in self { ids.append(write.id.parameter) }
    return [.array(ids), first?.id.parameter ?? .null, last?.id.parameter ?? .null]
  }
}
