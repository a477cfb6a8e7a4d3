/// The elements of a repeated message or string.
package func elements<T>(
  _ start: UnsafeMutablePointer<UnsafeMutablePointer<T>?>?, _ count: Int
) -> some Sequence<UnsafeMutablePointer<T>> {
  UnsafeBufferPointer(start: start, count: count).lazy.compactMap { $0 }
}
