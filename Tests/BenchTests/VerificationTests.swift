import Foundation
import Pneumo
import PneumoTestSupport
import Testing

@testable import bench

@Suite("Checks before timing") struct VerificationTests {
  @Test func incorrectOutputsAreRejected() throws {
    let expectation = Expectation(oracle: "an oracle", logits: [1, 2])
    #expect(abs(try expectation.check([1, 2.00005], of: "net") - 5e-5) < 1e-6)
    for wrong: [Float] in [[1, 2.0002], [.nan, 2], [-.infinity, 2]] {
      #expect(throws: BenchError.self) { try expectation.check(wrong, of: "net") }
    }
  }

  @Test func anyModelIsCheckedAgainstTheOracle() throws {
    let model = try GraphBuilder.study(size: 46)
    let expectation = try Expectation.computed(model)
    let input = ReferenceNetwork.input(model.preprocessing, images: 2)
    let logits = try Session(model).predict(input).flatMap(\.logits)
    #expect(expectation.images(outputs: 1) == 1)
    #expect(try expectation.check(logits, of: "net") <= Expectation.tolerance)
    #expect(throws: BenchError.self) { try expectation.check([logits[0] + 0.001], of: "net") }
  }

  @Test func theReferenceNetworkMatchesTheOneInPython() throws {
    let model = try ReferenceNetwork.model(size: 150)
    #expect(model.graph.parameterCount == 3_485_505)
    let expectation = try #require(try Expectation.recorded("reference", size: 150))
    #expect(expectation.logits.count == 16)
    let input = ReferenceNetwork.input(model.preprocessing, images: 2)
    let logits = try Session(model).predict(input).flatMap(\.logits)
    #expect(try expectation.check(logits, of: "reference") <= Expectation.tolerance)
  }

  @Test func theShippedModelHasRecordedLogits() throws {
    let workload = try Workload.file(Checkout.path("Models/study150.pnm"))
    #expect(workload.expectation.oracle.hasPrefix("Keras"))
    #expect(workload.readMilliseconds != nil)
  }

  @Test(.enabled(if: !BuildConfiguration.isOptimized, "the tests are built with optimization"))
  func unoptimizedBuildsAreRefused() throws {
    let tests = URL(filePath: CommandLine.arguments[0])
    let tool = tests.deletingLastPathComponent().appending(path: "bench").path
    let result = try Command.run([tool])
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    #expect(result.error == BuildConfiguration.refusal)
    #expect(result.error.contains("swift run -c release bench"))
  }

  @Test func unknownOptionsAreUsageErrors() throws {
    for arguments in [
      ["--size", "10"], ["--threads", "0"], ["--isa", "sse"], ["--seconds", "0"],
    ] {
      #expect(throws: (any Error).self, "\(arguments)") { try Bench.parseAsRoot(arguments) }
    }
  }
}
