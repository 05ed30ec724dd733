import PneumoToolSupport

runTool(TrainCommand.self)
