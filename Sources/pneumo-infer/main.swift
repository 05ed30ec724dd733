import PneumoCommandLine

runTool(Infer.self)
