import ArgumentParser

/// Whether something is done.
enum Switch: String, ExpressibleByArgument, CaseIterable {
  case on
  case off
}
