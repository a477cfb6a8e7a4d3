import Foundation
import FuzzTargets
import Testing

@Suite("What scripts/fuzz feeds at length, in short")
struct FuzzTargetTests {
  private static let mutations = 3000

  @Test("a target's seeds keep its promises, and most get through", arguments: FuzzTarget.allCases)
  func seeds(target: FuzzTarget) async throws {
    let seeds = try Self.seeds(of: target)
    var through = 0
    for seed in seeds where try await target.run(seed) { through += 1 }
    #expect(through * 2 > seeds.count, "\(through) of \(seeds.count) seeds get through")
  }

  @Test("a seed that is changed keeps its target's promises", arguments: FuzzTarget.allCases)
  func mutations(target: FuzzTarget) async throws {
    let seeds = try Self.seeds(of: target)
    var mutator = Mutator(seed: 2026)
    var through = 0
    for _ in 0..<Self.mutations {
      let bytes = mutator.mutation(of: seeds)
      do throws(BrokenPromise) {
        if try await target.run(bytes) { through += 1 }
      } catch {
        Issue.record("\(error): \(Data(bytes).base64EncodedString())")
      }
    }
    // Else they would all be refused at the door.
    #expect(through > 0 && through < Self.mutations)
  }

  @Test("every folder of seeds is a target's")
  func folders() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.seeds.path)
    #expect(Set(folders) == Set(FuzzTarget.allCases.map(\.rawValue)))
  }

  private static let seeds = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fuzz/Seeds")

  private static func seeds(of target: FuzzTarget) throws -> [[UInt8]] {
    let folder = seeds.appending(path: target.rawValue)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    try #require(!names.isEmpty)
    return try names.map { Array(try Data(contentsOf: folder.appending(path: $0))) }
  }
}
