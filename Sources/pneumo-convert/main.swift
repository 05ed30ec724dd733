import PneumoCommandLine

runTool(Convert.self)
