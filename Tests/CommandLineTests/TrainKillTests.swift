import Foundation
import PneumoTestSupport
import Testing

private let hasStrace = FileManager.default.isExecutableFile(atPath: "/usr/bin/strace")

/// A run that is killed as it gives a file its name, whichever, goes on to the same end.
@Suite(.enabled(if: hasStrace, "needs strace, which ends a process at a system call"))
struct TrainKillTests {
  private let setup: TrainSetup

  init() throws { setup = try TrainSetup() }

  @Test func killedAtAnyRename() throws {
    let arguments =
      "data --network net.json --lr 0.02 --epochs 2 --patience 0 --validation-split 0.3 --threads 1"
    #expect(try setup.tool.shell("\"$0\" \(arguments) -o whole >out 2>err", in: setup.folder) == 0)
    var kills = 0
    for number in 1...40 {
      let run = "run\(number)"
      let code = try setup.tool.shell(
        """
        strace -f -qq -o /dev/null -e trace='?rename,?renameat,?renameat2' \
          -e inject='?rename,?renameat,?renameat2':signal=KILL:when=\(number) \
          "$0" \(arguments) -o \(run) >out 2>err
        """, in: setup.folder)
      if code == 0 { break }
      kills += 1
      #expect(code == 137)
      let isBegun = try setup.names(run).contains("run.json")
      let again = try setup.tool.shell(
        isBegun ? "\"$0\" --resume \(run) >out 2>err" : "\"$0\" \(arguments) -o \(run) >out 2>err",
        in: setup.folder)
      let error = try setup.text("err")
      #expect(again == 0, "rename \(number): \(error)")
      for name in ["last.ckpt", "best.ckpt"] {
        #expect(
          try setup.tensors("\(run)/\(name)") == setup.tensors("whole/\(name)"),
          "\(name) after rename \(number)")
      }
      for name in ["metrics.json", "predictions.csv"] {
        #expect(
          try setup.folder.read("\(run)/\(name)") == setup.folder.read("whole/\(name)"),
          "\(name) after rename \(number)")
      }
      #expect(try setup.epochs(run) == setup.epochs("whole"), "history after rename \(number)")
      func names(_ run: String) throws -> [String] {
        try setup.names(run).map { $0.hasPrefix("events.") ? "events" : $0 }
      }
      #expect(try names(run) == names("whole"), "files after rename \(number)")
      let events = try #require(try setup.names(run).first { $0.hasPrefix("events.") })
      let scalars = try setup.folder.read("\(run)/\(events)")
        .split(separator: Array("loss/validation".utf8))
      #expect(scalars.count == 3, "events after rename \(number)")
    }
    // run.json, then of each epoch a checkpoint or two, two histories and the curves.
    #expect(kills >= 10)
  }
}
