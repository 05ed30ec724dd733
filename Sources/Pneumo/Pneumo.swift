@_exported import PneumoModel
