@_exported import PneumoModel

@_exported import struct PneumoCompute.ComputeError
@_exported import enum PneumoCompute.ThreadCount
