import PneumoToolSupport

runTool(DataTool.self)
