import PneumoToolSupport

runTool(Train.self)
