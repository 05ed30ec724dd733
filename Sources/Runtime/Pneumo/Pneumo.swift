@_exported import PneumoModel

@_exported import struct PneumoCompute.ComputeError
@_exported import enum PneumoConcurrency.ThreadCount
@_exported import struct PneumoConcurrency.ThreadCountError
