import PneumoCommandLine

runTool(Evaluate.self)
