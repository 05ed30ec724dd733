import PneumoToolSupport

runTool(Convert.self)
