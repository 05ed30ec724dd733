import PneumoToolSupport

runTool(Infer.self)
