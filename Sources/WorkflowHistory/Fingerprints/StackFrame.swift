/// A frame of a stack: where the program was, without what varies from build to build.
struct StackFrame {
  /// Whose code it is.
  enum Origin {
    case own
    case library
    /// A wrapper, a proxy or a thunk that nobody wrote.
    case generated
  }

  /// The line of a frame, in the form that tells its parts apart.
  enum Line {
    /// `File "/srv/app/load.py", line 42, in rows`
    case python(file: ArraySlice<UInt8>, function: ArraySlice<UInt8>)
    /// `at com.acme.Job.run(Job.java:42)`, `at Acme.Job.Run(String name) in Job.cs:line 42`
    case dotted(ArraySlice<UInt8>)
    /// `at async load (/srv/app/load.js:42:7)`, `at /srv/app/load.js:42:7`
    case javaScript(function: ArraySlice<UInt8>, file: ArraySlice<UInt8>)
    /// `main.(*Job).Run(0xc000010000)`, and in the next line `/src/job.go:42 +0x1d`
    case go(function: ArraySlice<UInt8>, file: ArraySlice<UInt8>)
    /// `app/job.rb:42:in 'Job#run'`
    case ruby(file: ArraySlice<UInt8>, function: ArraySlice<UInt8>)
    /// `4: etl::job::run::h0123456789abcdef`
    case rust(ArraySlice<UInt8>)
  }

  let origin: Origin
  /// The function's name after its class's, module's or file's: `Job.run`.
  let name: String

  init(_ line: Line) {
    let parts: [ArraySlice<UInt8>]
    switch line {
    case .python(let file, let function):
      origin =
        FrameRules.pythonWrappers.contains { function.elementsEqual($0.utf8) }
        ? .generated : .of(file, FrameRules.libraryFolders)
      parts = [file.stem, function]
    case .dotted(let path):
      let isGenerated = FrameRules.generatedClasses.contains { path.contains($0) }
      origin = isGenerated ? .generated : .ofPackage(path, FrameRules.libraryPackages)
      parts = path.split(separator: ascii("."))
    case .javaScript(let function, let file):
      let isWrapper = FrameRules.javaScriptWrappers.contains { function.elementsEqual($0.utf8) }
      let isNative = !file.contains(ascii("/")) && !file.contains(ascii("\\"))
      origin =
        isWrapper || isNative && !file.hasPrefix("node:")
        ? .generated : .of(file, FrameRules.libraryFolders)
      parts = [file.stem] + (function.split(separator: ascii(".")).suffix(1))
    case .go(let function, let file):
      let path = function.afterLast("/")
      let package = function.prefix { $0 != ascii("/") && $0 != ascii(".") }
      let isStandard = FrameRules.goPackages.contains(String(decoding: package, as: UTF8.self))
      origin = isStandard ? .library : .of(file, FrameRules.libraryFolders)
      parts = path.split(separator: ascii("."))
    case .ruby(let file, let function):
      origin = .of(file, FrameRules.libraryFolders)
      let method = function.lastEnd(of: " in ").map { function[$0...] } ?? function
      parts = [file.stem, method.afterLast("#").afterLast(".")]
    case .rust(let path):
      origin = .ofPackage(path, FrameRules.libraryCrates)
      parts = path.split(separator: ascii(":"))
    }
    let written = parts.compactMap(Self.written)
    // `Gateway.charge` may be one part.
    let isWhole = written.last?.utf8.contains(ascii(".")) ?? false
    name = written.suffix(isWhole ? 1 : 2).joined(separator: ".")
  }
}

extension StackFrame.Origin {
  /// Whose code a file in one of some folders is.
  fileprivate static func of(_ file: ArraySlice<UInt8>, _ folders: [String]) -> Self {
    folders.contains { file.contains($0) } ? .library : .own
  }

  /// Whose code is in a package whose name begins so.
  fileprivate static func ofPackage(_ path: ArraySlice<UInt8>, _ packages: [String]) -> Self {
    packages.contains { path.hasPrefix($0) } ? .library : .own
  }
}
