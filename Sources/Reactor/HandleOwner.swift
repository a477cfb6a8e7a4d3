internal import CLibuv

/// Owns one libuv handle: the handle keeps its owner alive until libuv has closed it.
public class HandleOwner {
  let raw: UnsafeMutableRawPointer
  private var isClosed = false

  /// Allocates the handle; `start` initialises it. Where that fails, nothing was registered.
  init<Handle>(
    _ type: Handle.Type, _ start: (UnsafeMutablePointer<Handle>) throws(SystemError) -> Void
  ) throws(SystemError) {
    let handle = UnsafeMutablePointer<Handle>.allocate(capacity: 1)
    raw = UnsafeMutableRawPointer(handle)
    do {
      try start(handle)
    } catch {
      handle.deallocate()
      isClosed = true
      throw error
    }
    uv_handle_set_data(base, Unmanaged.passRetained(self).toOpaque())
  }

  var base: UnsafeMutablePointer<uv_handle_t> { raw.assumingMemoryBound(to: uv_handle_t.self) }

  /// Whether ``close()`` was called: no callback comes after.
  public final var isClosing: Bool { isClosed }

  /// Closes the handle; calling it again does nothing.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    uv_close(base) { handle in
      let owner = Unmanaged<HandleOwner>.fromOpaque(uv_handle_get_data(handle))
      owner.takeUnretainedValue().raw.deallocate()
      owner.release()
    }
  }

  /// The owner of a handle that some `HandleOwner` made.
  static func of(_ handle: UnsafeMutablePointer<uv_handle_t>) -> HandleOwner? {
    guard let data = uv_handle_get_data(handle) else { return nil }
    return Unmanaged<HandleOwner>.fromOpaque(data).takeUnretainedValue()
  }

  /// The owner of the handle that a callback was given.
  static func of<Handle, Owner: HandleOwner>(
    _ handle: UnsafeMutablePointer<Handle>?, as owner: Owner.Type
  ) -> Owner {
    EventLoop.handlesEvent(of: handle!)
    let base = UnsafeMutableRawPointer(handle!).assumingMemoryBound(to: uv_handle_t.self)
    return unsafeDowncast(
      Unmanaged<HandleOwner>.fromOpaque(uv_handle_get_data(base)).takeUnretainedValue(), to: owner)
  }
}
