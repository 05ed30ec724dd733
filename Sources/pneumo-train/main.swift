import PneumoCommandLine

runTool(Train.self)
