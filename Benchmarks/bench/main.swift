import PneumoCommandLine

runTool(Bench.self)
