internal import CLibuv

extension EventLoop {
  /// Looks up a host's addresses in libuv's thread pool, off the loop, in the order of preference.
  ///
  /// - Returns: numeric addresses, IPv4 or IPv6, at least one.
  public func resolve(host: String) async throws(SystemError) -> [String] {
    let lookup = Lookup()
    let result: Result<[String], SystemError> = await withCheckedContinuation { continuation in
      lookup.continuation = continuation
      var hints = addrinfo()
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
      let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
      request.pointee.data = Unmanaged.passRetained(lookup).toOpaque()
      let code = uv_getaddrinfo(uv, request, lookupEnded, host, nil, &hints)
      if code < 0 { lookupEnded(request, code, nil) }
    }
    return try result.get()
  }
}

private final class Lookup {
  var continuation: CheckedContinuation<Result<[String], SystemError>, Never>?
}

private func lookupEnded(
  _ request: UnsafeMutablePointer<uv_getaddrinfo_t>?, _ status: Int32,
  _ found: UnsafeMutablePointer<addrinfo>?
) {
  let lookup = Unmanaged<Lookup>.fromOpaque(request!.pointee.data).takeRetainedValue()
  defer {
    uv_freeaddrinfo(found)
    request!.deallocate()
  }
  guard status >= 0 else {
    lookup.continuation?.resume(
      returning: .failure(SystemError(code: status, call: "getaddrinfo")))
    return
  }
  var addresses: [String] = []
  var next = found
  while let entry = next {
    if let text = numericAddress(entry.pointee), !addresses.contains(text) {
      addresses.append(text)
    }
    next = entry.pointee.ai_next
  }
  lookup.continuation?.resume(
    returning: addresses.isEmpty
      ? .failure(SystemError(code: UV_EAI_NODATA.rawValue, call: "getaddrinfo"))
      : .success(addresses))
}

private func numericAddress(_ entry: addrinfo) -> String? {
  var text = [CChar](repeating: 0, count: 64)
  guard let address = entry.ai_addr else { return nil }
  guard uv_ip_name(address, &text, text.count) == 0 else { return nil }
  return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
