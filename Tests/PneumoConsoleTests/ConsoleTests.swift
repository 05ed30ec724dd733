import Testing

@testable import PneumoConsole

@Suite struct ProgressBarTests {
  @Test func showsShareRateAndTimeLeft() {
    let line = ProgressBar.line(
      done: 50, total: 200, unit: "images", elapsed: .seconds(10), width: 80)
    #expect(line.hasSuffix(" 25%  50/200 images  5.0/s  0:30 left"))
    #expect(line.hasPrefix("[█████████▌  "))
    #expect(line.count < 80)
  }

  @Test func countsWhereTheTotalIsNotKnown() {
    let line = ProgressBar.line(
      done: 50, total: nil, unit: "images", elapsed: .seconds(10), width: 80)
    #expect(line == "50 images  5.0/s")
  }

  @Test(arguments: [1, 10, 40, 200])
  func fitsTheTerminal(width: Int) {
    let line = ProgressBar.line(
      done: 1, total: 3, unit: "images", elapsed: .milliseconds(1), width: width)
    #expect(line.count <= width)
  }
}
