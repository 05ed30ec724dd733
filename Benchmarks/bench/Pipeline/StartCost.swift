import PneumoSystem

/// The time that a program takes from start to exit.
enum StartCost {
  /// Runs a program `runs` times, discarding its output. `command` is the program's path, followed
  /// by its arguments.
  ///
  /// This does not use Foundation's `Process`, which would add milliseconds of its own.
  static func measure(_ command: [String], runs: Int) throws -> Timings {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for stream in [STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0)
    }
    var arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    return Timings(
      milliseconds: try (0..<runs).map { _ in
        try Timings.time {
          var process = pid_t()
          let failure = posix_spawn(&process, command[0], &actions, nil, &arguments, environ)
          guard failure == 0 else {
            throw BenchError("\(command[0]): cannot be run: \(String(cString: strerror(failure)))")
          }
          var status: Int32 = 0
          while waitpid(process, &status, 0) == -1, errno == EINTR {}
          guard status == 0 else {
            throw BenchError("\(command.joined(separator: " ")): failed, so it was not timed")
          }
        }
      })
  }
}
