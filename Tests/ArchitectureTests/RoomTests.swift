import Testing

@Suite("The rooms and their walls")
struct RoomTests {
  @Test("the table lists every room under Sources, once")
  func everyRoomIsInTheTable() throws {
    #expect(Set(house.map(\.name)) == (try SourceTree.folders(in: "Sources")))
    #expect(Set(house.map(\.name)).count == house.count)
  }

  @Test("a room imports only rooms above its own line, so there is no cycle")
  func arrowsPointUp() {
    var above: Set<String> = []
    for room in house {
      let below = room.rooms.union(room.c).subtracting(above)
      #expect(below.isEmpty, "\(room) imports \(below.sorted()), which the table has no earlier")
      above.insert(room.name)
    }
  }

  @Test("a file imports only what the table gives its room", arguments: house.filter(\.isSwift))
  func importsAreInTheTable(room: Room) {
    for file in SourceTree.files(under: "Sources/\(room)") where file.isSwift {
      let strangers = file.imports.subtracting(room.imports)
      #expect(strangers.isEmpty, "\(file.path) imports \(strangers.sorted())")
    }
  }

  @Test("an arrow of the table is one that code uses", arguments: house.filter(\.isSwift))
  func arrowsAreUsed(room: Room) {
    let used = SourceTree.files(under: "Sources/\(room)").reduce(into: Set<String>()) {
      $0.formUnion($1.imports)
    }
    let idle = room.imports.subtracting(used)
    #expect(idle.isEmpty, "nothing in \(room) imports \(idle.sorted())")
  }

  @Test("a C module is imported by its own rooms alone", arguments: importersOfC.keys.sorted())
  func cModulesHaveOneDoor(module: String) {
    let importers = house.filter { $0.c.contains(module) }.map(\.name)
    #expect(Set(importers) == importersOfC[module])
  }

  @Test("every C module in the table has its importers named")
  func everyCModuleIsGuarded() {
    let c = house.filter { !$0.isSwift }.map(\.name)
    #expect(Set(c) == Set(importersOfC.keys))
  }

  @Test(
    "an import is seen in whatever form it is written",
    arguments: [
      ("import A", "A"), ("public import A", "A"), ("@testable import A", "A"),
      ("@_spi(Testing) internal import A", "A"), ("  import struct A.B", "A"),
      ("private import func A.b", "A"), ("// import A", nil), ("importing A", nil),
    ])
  func importsAreRead(line: String, module: String?) {
    #expect(SourceFile.importedModule(in: line[...]) == module)
  }
}
