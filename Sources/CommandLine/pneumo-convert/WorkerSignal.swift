import PneumoSystem

/// Why a signal ended the process that read a file.
///
/// - Parameter byteCount: of the file.
func reason(forSignal signal: Int32, byteCount: Int) -> String {
  switch signal {
  case SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGTRAP, SIGFPE:
    "damaged: reading it stops the HDF5 library (signal \(signal)), or takes more memory than a file "
      + "of \(byteCount) bytes explains; copy or save it again"
  case SIGXCPU:
    "damaged: reading it takes more than \(Worker.timeLimit(byteCount: byteCount)) seconds of "
      + "processor time (signal \(signal)); copy or save it again, or raise ulimit -t if it is lower"
  case SIGXFSZ: "stopped by the limit on file sizes (signal \(signal)); raise ulimit -f"
  case SIGKILL:
    "stopped from outside (signal \(signal)), perhaps for lack of memory; free some, or raise the "
      + "limit of the container, and try again"
  default: "stopped from outside (signal \(signal)); try again"
  }
}
