import PneumoCommandLine

runTool(DataTool.self)
