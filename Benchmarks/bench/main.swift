import PneumoToolSupport

runTool(Bench.self)
