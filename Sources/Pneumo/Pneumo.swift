@_exported import PneumoModel

@_exported import struct PneumoCompute.ComputeError
