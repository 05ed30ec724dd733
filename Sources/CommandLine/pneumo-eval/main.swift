import PneumoToolSupport

runTool(Evaluate.self)
