// swift-tools-version: 6.2
import PackageDescription

/// One kernel source tree, compiled once per instruction set.
///
/// `Sources/PneumoKernelsAVX2` and `Sources/PneumoKernelsAVX512` are symbolic links to
/// `Sources/PneumoKernels`; only the flags below differ.
func kernelTarget(_ name: String, define: String, march: String? = nil) -> Target {
  var flags = [
    "-Ounchecked",  // inner loops only; callers validate every size
    "-disable-cmo",  // keep kernel bodies out of baseline clients
    // Inlining across files in debug builds too.
    "-whole-module-optimization", "-num-threads", "1", "-disable-batch-mode",
  ]
  if let march { flags += ["-Xcc", "-march=\(march)"] }
  return .target(
    name: name,
    dependencies: ["PneumoKernelABI"],
    swiftSettings: [.define(define), .unsafeFlags(flags)])
}

var kernelTargets = [kernelTarget("PneumoKernels", define: "KERNEL_BASELINE")]
#if arch(x86_64)
kernelTargets += [
  kernelTarget("PneumoKernelsAVX2", define: "KERNEL_AVX2", march: "x86-64-v3"),
  kernelTarget("PneumoKernelsAVX512", define: "KERNEL_AVX512", march: "x86-64-v4"),
]
#endif

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

/// Puts Swift's libraries into a program: it starts 3 ms sooner and takes 3 MiB less. Debug builds,
/// and so tests, use the shared ones.
let standardLibraryInside: [LinkerSetting] = [
  .unsafeFlags(
    // The two libraries that FoundationEssentials, which ArgumentParser uses, does not name itself.
    ["-static-stdlib", "-use-ld=lld", "-l_FoundationCShims", "-l_FoundationCollections"],
    .when(platforms: [.linux], configuration: .release))
]

let package = Package(
  name: "pneumo",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Pneumo", targets: ["Pneumo"]),
    .library(name: "PneumoImaging", targets: ["PneumoImaging"]),
    .library(name: "PneumoHeatMap", targets: ["PneumoHeatMap"]),
    .executable(name: "pneumo-train", targets: ["pneumo-train"]),
    .executable(name: "pneumo-convert", targets: ["pneumo-convert"]),
    .executable(name: "pneumo-infer", targets: ["pneumo-infer"]),
    .executable(name: "pneumo-eval", targets: ["pneumo-eval"]),
    .executable(name: "pneumo-data", targets: ["pneumo-data"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: kernelTargets + [
    // Runtime: depends on nothing but the Swift toolchain.
    .systemLibrary(name: "CCPU"),
    .target(name: "PneumoKernelABI"),
    .target(name: "PneumoFiles"),
    .target(name: "PneumoModel", dependencies: ["PneumoFiles"]),
    .target(
      name: "PneumoCompute",
      dependencies: ["CCPU", "PneumoKernelABI"] + kernelTargets.map { .target(name: $0.name) },
      linkerSettings: [.linkedLibrary("m")]),
    .target(name: "Pneumo", dependencies: ["PneumoModel", "PneumoCompute"]),

    // Images in.
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libjpeg",
      providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
    .target(name: "PneumoImaging", dependencies: ["PneumoFiles", "PneumoModel", "CTurboJPEG"]),
    .target(name: "PneumoHeatMap", dependencies: ["Pneumo", "PneumoImaging"]),
    .target(name: "PneumoPhantom", linkerSettings: [.linkedLibrary("m")]),

    // Texts for programs.
    .target(name: "PneumoJSON"),
    .target(name: "PneumoCSV"),

    // Trained weights: safetensors files with an architecture, which trainer and converter share.
    .target(
      name: "PneumoCheckpoint", dependencies: ["PneumoFiles", "PneumoModel", "PneumoJSON"]),

    // Training.
    .target(
      name: "PneumoDataset",
      dependencies: [
        "PneumoFiles", "PneumoCSV", "PneumoModel", "PneumoCompute", "PneumoImaging",
      ],
      linkerSettings: [.linkedLibrary("m")]),
    .target(name: "PneumoEvaluation", linkerSettings: [.linkedLibrary("m")]),
    .target(
      name: "PneumoTraining",
      dependencies: ["PneumoModel", "PneumoKernelABI", "PneumoCompute", "PneumoCheckpoint"]),
    .target(
      name: "PneumoExperiment",
      dependencies: [
        "PneumoTraining", "PneumoDataset", "PneumoEvaluation", "PneumoCheckpoint",
        "PneumoChart", "PneumoJSON", "PneumoCSV", "PneumoFiles", "PneumoConsole",
      ]),

    // Reports.
    .target(name: "PneumoChart", dependencies: ["PneumoConsole"]),
    .target(
      name: "PneumoReport",
      dependencies: [
        "PneumoEvaluation", "PneumoChart", "PneumoCompute", "PneumoJSON", "PneumoCSV",
        "PneumoFiles", "PneumoConsole",
      ],
      resources: [.embedInCode("Resources/report.css"), .embedInCode("Resources/report.js")]),

    // Looking at folders of images.
    .target(
      name: "PneumoInspection",
      dependencies: [
        "PneumoDataset", "PneumoImaging", "PneumoFiles", "PneumoModel", "PneumoCompute",
        "PneumoJSON", "PneumoConsole",
      ],
      linkerSettings: [.linkedLibrary("m")]),

    // Foreign models in.
    .systemLibrary(
      name: "CHDF5", pkgConfig: "hdf5",
      providers: [.apt(["libhdf5-dev"]), .brew(["hdf5"])]),
    .target(
      name: "PneumoImport",
      dependencies: ["PneumoFiles", "PneumoModel", "PneumoCheckpoint", "CHDF5"]),

    // Command-line tools: argument parsing and printing only.
    .target(name: "PneumoConsole"),
    .target(name: "PneumoPipeline", dependencies: ["Pneumo", "PneumoImaging", "PneumoConsole"]),
    .target(name: "PneumoCommandLine", dependencies: ["PneumoConsole", argumentParser]),
    .target(name: "PneumoDatasetOptions", dependencies: ["PneumoDataset", argumentParser]),
    .executableTarget(
      name: "pneumo-convert",
      dependencies: [
        "PneumoImport", "PneumoModel", "PneumoJSON", "PneumoConsole", "PneumoCommandLine",
        argumentParser,
      ]),
    .executableTarget(
      name: "pneumo-train",
      dependencies: [
        "PneumoExperiment", "PneumoTraining", "PneumoDataset", "PneumoEvaluation",
        "PneumoFiles", "PneumoConsole", "PneumoCommandLine", "PneumoDatasetOptions", argumentParser,
      ]),
    .executableTarget(
      name: "pneumo-infer",
      dependencies: [
        "Pneumo", "PneumoCompute", "PneumoPipeline", "PneumoHeatMap", "PneumoImaging",
        "PneumoFiles",
        "PneumoJSON", "PneumoCSV", "PneumoConsole", "PneumoCommandLine", argumentParser,
      ],
      linkerSettings: standardLibraryInside),
    .executableTarget(
      name: "pneumo-eval",
      dependencies: [
        "Pneumo", "PneumoCompute", "PneumoPipeline", "PneumoDataset", "PneumoEvaluation",
        "PneumoReport", "PneumoHeatMap", "PneumoExperiment", "PneumoImaging", "PneumoCheckpoint",
        "PneumoJSON",
        "PneumoFiles", "PneumoConsole", "PneumoCommandLine", argumentParser,
      ]),
    .executableTarget(
      name: "pneumo-data",
      dependencies: [
        "PneumoPhantom", "PneumoInspection", "PneumoDataset", "PneumoImaging", "PneumoFiles",
        "PneumoModel", "PneumoCompute", "PneumoJSON", "PneumoConsole", "PneumoCommandLine",
        "PneumoDatasetOptions", argumentParser,
      ]),

    // Measurements.
    .executableTarget(
      name: "bench",
      dependencies: [
        "Pneumo", "PneumoCompute", "PneumoKernelABI", "PneumoImaging", "PneumoPipeline",
        "PneumoTraining", "PneumoCheckpoint",
        "PneumoJSON", "PneumoConsole", "PneumoCommandLine", "PneumoTestSupport", argumentParser,
      ],
      path: "Benchmarks/bench", resources: [.embedInCode("goldens.json")]),

    .target(
      name: "PneumoTestSupport", dependencies: ["PneumoModel"], path: "Tests/PneumoTestSupport"),
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    .executableTarget(
      name: "session-probe", dependencies: ["Pneumo", "PneumoConsole", "CAllocationCounter"],
      path: "Tests/SessionProbe"),
    .testTarget(
      name: "PneumoKernelsTests", dependencies: ["PneumoCompute", "PneumoTestSupport"]),
    .testTarget(
      name: "PneumoModelTests", dependencies: ["PneumoModel", "PneumoTestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PneumoTests", dependencies: ["Pneumo", "PneumoImaging", "PneumoTestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PneumoImagingTests",
      dependencies: ["PneumoImaging", "PneumoFiles", "PneumoTestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PneumoImportTests", dependencies: ["PneumoImport", "PneumoTestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PneumoCheckpointTests", dependencies: ["PneumoCheckpoint", "PneumoTestSupport"]),
    .testTarget(
      name: "PneumoDatasetTests",
      dependencies: ["PneumoDataset", "PneumoCSV", "PneumoImaging", "PneumoTestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PneumoEvaluationTests", dependencies: ["PneumoEvaluation"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PneumoHeatMapTests",
      dependencies: ["PneumoHeatMap", "PneumoImaging", "Pneumo", "PneumoTestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PneumoPipelineTests",
      dependencies: ["PneumoPipeline", "PneumoImaging", "Pneumo", "PneumoTestSupport"]),
    .testTarget(
      name: "PneumoReportTests",
      dependencies: [
        "PneumoReport", "PneumoChart", "PneumoEvaluation", "PneumoJSON", "PneumoCheckpoint",
        "PneumoTestSupport",
      ]),
    .testTarget(
      name: "PneumoTrainingTests",
      dependencies: ["PneumoTraining", "PneumoCompute", "PneumoTestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PneumoExperimentTests",
      dependencies: [
        "PneumoExperiment", "PneumoFiles", "PneumoImaging", "PneumoTestSupport",
      ]),
    .testTarget(name: "PneumoPhantomTests", dependencies: ["PneumoPhantom"]),
    .testTarget(
      name: "PneumoInspectionTests",
      dependencies: ["PneumoInspection", "PneumoPhantom", "PneumoTestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(name: "PneumoConsoleTests", dependencies: ["PneumoConsole", "PneumoJSON"]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["Pneumo", "PneumoImaging", "PneumoPhantom", "PneumoTestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "BenchTests", dependencies: ["bench", "PneumoImaging", "PneumoTestSupport"]),
  ],
  swiftLanguageModes: [.v6])

// Tools/test sets this, and builds in a folder of its own. Warnings of newer compilers do not keep
// others from building.
if Context.environment["PNEUMO_WARNINGS_AS_ERRORS"] != nil {
  for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
  }
}
