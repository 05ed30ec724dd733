// swift-tools-version: 6.2
import PackageDescription

/// What is compiled for. A manifest sees the machine that it is read on, and conditions of targets
/// know no architecture, so who compiles for another one says so: `PNEUMO_ARCHITECTURE=aarch64 swift
/// build --swift-sdk …`.
var architecture = Context.environment["PNEUMO_ARCHITECTURE"] ?? ""
if architecture.isEmpty {
  #if arch(x86_64)
  architecture = "x86_64"
  #else
  architecture = "aarch64"
  #endif
}

/// A target in the folder of its layer. What it lists is all that it may import, and all that may
/// import it are those that list it: `Tools/check-imports.sh` and the README's table are made from it.
func library(
  _ name: String, in layer: String, _ dependencies: [Target.Dependency] = [],
  resources: [Resource] = [], linksMath: Bool = false
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/\(layer)/\(name)", resources: resources,
    linkerSettings: linksMath ? [.linkedLibrary("m")] : [])
}

/// One kernel source tree, compiled once per instruction set.
///
/// `PneumoKernelsAVX2` and `PneumoKernelsAVX512` are symbolic links to `PneumoKernels`; only the flags
/// below differ.
func kernels(_ name: String, define: String, march: String? = nil) -> Target {
  var flags = [
    "-Ounchecked",  // inner loops only; callers validate every size
    "-disable-cmo",  // keep kernel bodies out of baseline clients
    // Inlining across files in debug builds too.
    "-whole-module-optimization", "-num-threads", "1", "-disable-batch-mode",
  ]
  if let march { flags += ["-Xcc", "-march=\(march)"] }
  return .target(
    name: name, dependencies: ["PneumoKernelABI"], path: "Sources/Runtime/\(name)",
    swiftSettings: [.define(define), .unsafeFlags(flags)])
}

var kernelTargets = [kernels("PneumoKernels", define: "KERNEL_BASELINE")]
if architecture == "x86_64" {
  kernelTargets += [
    kernels("PneumoKernelsAVX2", define: "KERNEL_AVX2", march: "x86-64-v3"),
    kernels("PneumoKernelsAVX512", define: "KERNEL_AVX512", march: "x86-64-v4"),
  ]
}

/// A command-line tool: argument parsing and printing only.
func tool(
  _ name: String, _ dependencies: [Target.Dependency], linkerSettings: [LinkerSetting] = []
) -> Target {
  .executableTarget(
    name: name,
    dependencies: dependencies + ["PneumoConsole", "PneumoToolSupport", argumentParser],
    path: "Sources/CommandLine/\(name)", linkerSettings: linkerSettings)
}

// Only the tools parse arguments and write pages: who uses the libraries says `traits: []` and fetches
// neither package.
let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["Tools"]))
let mustache: Target.Dependency = .product(
  name: "Mustache", package: "swift-mustache", condition: .when(traits: ["Tools"]))

/// Templates in the folder `Resources` of a target.
func templates(_ names: [String]) -> [Resource] {
  names.map { .embedInCode("Resources/\($0).mustache") }
}

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
    .library(name: "PneumoClassifier", targets: ["PneumoClassifier"]),
    .library(name: "PneumoHeatMap", targets: ["PneumoHeatMap"]),
    .executable(name: "pneumo-train", targets: ["pneumo-train"]),
    .executable(name: "pneumo-convert", targets: ["pneumo-convert"]),
    .executable(name: "pneumo-infer", targets: ["pneumo-infer"]),
    .executable(name: "pneumo-eval", targets: ["pneumo-eval"]),
    .executable(name: "pneumo-data", targets: ["pneumo-data"]),
  ],
  traits: [
    .default(enabledTraits: ["Tools"]),
    .trait(
      name: "Tools",
      description: "The command-line tools, which need swift-argument-parser and swift-mustache"),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
  ],
  targets: kernelTargets + [
    // Support: the system, threads, and texts.
    .systemLibrary(name: "CCPU", path: "Sources/Support/CCPU"),
    library("PneumoSystem", in: "Support"),
    library("PneumoConcurrency", in: "Support", ["CCPU", "PneumoSystem"]),
    library("PneumoSupport", in: "Support", ["PneumoSystem"]),

    // Runtime: depends on nothing but the Swift toolchain.
    library("PneumoKernelABI", in: "Runtime"),
    library("PneumoModel", in: "Runtime", ["PneumoSystem"]),
    library(
      "PneumoCompute", in: "Runtime",
      ["CCPU", "PneumoKernelABI", "PneumoSystem"] + kernelTargets.map { .target(name: $0.name) },
      linksMath: true),
    library(
      "Pneumo", in: "Runtime",
      ["PneumoModel", "PneumoCompute", "PneumoKernelABI", "PneumoConcurrency", "PneumoSystem"]),
    library(
      "PneumoGradients", in: "Runtime",
      ["PneumoModel", "PneumoCompute", "PneumoKernelABI", "PneumoSupport"]),

    // Imaging: from files to tensors.
    .systemLibrary(
      name: "CTurboJPEG", path: "Sources/Imaging/CTurboJPEG", pkgConfig: "libjpeg",
      providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
    library("PneumoImaging", in: "Imaging", ["PneumoModel", "PneumoSystem", "CTurboJPEG"]),
    library("PneumoPhantom", in: "Imaging", ["PneumoSupport"], linksMath: true),

    // Inference: from files to predictions and heat maps.
    library(
      "PneumoClassifier", in: "Inference",
      ["Pneumo", "PneumoImaging", "PneumoConcurrency", "PneumoSystem"]),
    library(
      "PneumoHeatMap", in: "Inference",
      [
        "Pneumo", "PneumoModel", "PneumoGradients", "PneumoCompute", "PneumoKernelABI",
        "PneumoImaging",
      ]),

    // Evaluation: metrics and reports.
    library(
      "PneumoEvaluation", in: "Evaluation", ["PneumoSupport", "PneumoSystem"], linksMath: true),
    library(
      "PneumoChart", in: "Evaluation", ["PneumoSupport", "PneumoSystem"],
      resources: [.embedInCode("Resources/chart.css")]),
    library(
      "PneumoPage", in: "Evaluation", ["PneumoSupport", mustache],
      resources: templates(["page", "image"])),
    library(
      "PneumoReport", in: "Evaluation",
      [
        "PneumoEvaluation", "PneumoChart", "PneumoPage", "PneumoConcurrency", "PneumoSupport",
        "PneumoSystem",
      ],
      resources: [.embedInCode("Resources/report.css"), .embedInCode("Resources/report.js")]
        + templates([
          "report", "table", "figure", "confusion", "numbers", "curves", "threshold", "classes",
          "calibration", "comparison", "training", "gallery", "methods",
        ])),

    // Training: images and patients, gradients, runs.
    library(
      "PneumoCheckpoint", in: "Training", ["PneumoModel", "PneumoSupport", "PneumoSystem"]),
    library(
      "PneumoDataset", in: "Training",
      ["PneumoModel", "PneumoImaging", "PneumoConcurrency", "PneumoSupport", "PneumoSystem"],
      linksMath: true),
    library(
      "PneumoTraining", in: "Training",
      [
        "PneumoModel", "PneumoKernelABI", "PneumoCompute", "PneumoGradients", "PneumoCheckpoint",
        "PneumoConcurrency", "PneumoSupport", "PneumoSystem",
      ]),
    library(
      "PneumoExperiment", in: "Training",
      [
        "PneumoModel", "PneumoKernelABI", "PneumoTraining", "PneumoDataset", "PneumoEvaluation",
        "PneumoCheckpoint", "PneumoSupport", "PneumoSystem",
      ]),
    library(
      "PneumoInspection", in: "Training",
      [
        "PneumoModel", "PneumoDataset", "PneumoImaging", "PneumoChart", "PneumoPage",
        "PneumoConcurrency", "PneumoSupport", "PneumoSystem",
      ],
      resources: [.embedInCode("Resources/gallery.css")] + templates(["gallery"]),
      linksMath: true),

    // Import: models of other programs.
    .systemLibrary(
      name: "CHDF5", path: "Sources/Import/CHDF5", pkgConfig: "hdf5",
      providers: [.apt(["libhdf5-dev"]), .brew(["hdf5"])]),
    library(
      "PneumoImport", in: "Import",
      ["PneumoModel", "PneumoCheckpoint", "PneumoSupport", "PneumoSystem", "CHDF5"]),

    // Command line.
    library("PneumoConsole", in: "CommandLine", ["PneumoSupport", "PneumoSystem"]),
    library(
      "PneumoToolSupport", in: "CommandLine",
      [
        "PneumoModel", "PneumoDataset", "PneumoConsole", "PneumoSupport", "PneumoSystem",
        argumentParser,
      ]),
    tool(
      "pneumo-convert",
      ["PneumoImport", "PneumoCheckpoint", "PneumoModel", "PneumoSupport", "PneumoSystem"]),
    tool(
      "pneumo-train",
      [
        "PneumoModel", "PneumoCompute", "PneumoCheckpoint", "PneumoTraining", "PneumoExperiment",
        "PneumoDataset", "PneumoEvaluation", "PneumoReport", "PneumoKernelABI", "PneumoConcurrency",
        "PneumoSupport", "PneumoSystem",
      ]),
    tool(
      "pneumo-infer",
      [
        "Pneumo", "PneumoClassifier", "PneumoHeatMap", "PneumoImaging", "PneumoConcurrency",
        "PneumoSupport", "PneumoSystem",
      ], linkerSettings: standardLibraryInside),
    tool(
      "pneumo-eval",
      [
        "Pneumo", "PneumoModel", "PneumoClassifier", "PneumoHeatMap", "PneumoImaging",
        "PneumoDataset", "PneumoEvaluation", "PneumoReport", "PneumoExperiment", "PneumoCheckpoint",
        "PneumoConcurrency", "PneumoSupport", "PneumoSystem",
      ]),
    tool(
      "pneumo-data",
      [
        "PneumoModel", "PneumoImaging", "PneumoPhantom", "PneumoDataset", "PneumoInspection",
        "PneumoConcurrency", "PneumoSupport", "PneumoSystem",
      ]),

    // Measurements.
    .executableTarget(
      name: "bench",
      dependencies: [
        "Pneumo", "PneumoCompute", "PneumoKernelABI", "PneumoImaging", "PneumoClassifier",
        "PneumoTraining", "PneumoCheckpoint", "PneumoChart",
        "PneumoSupport", "PneumoConsole", "PneumoToolSupport", "PneumoConcurrency", "PneumoModel",
        "PneumoSystem", "PneumoTestSupport", argumentParser,
      ],
      path: "Benchmarks/bench", resources: [.embedInCode("goldens.json")]),

    .target(
      name: "PneumoTestSupport", dependencies: ["PneumoModel", "PneumoSupport"],
      path: "Tests/PneumoTestSupport"),
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    .executableTarget(
      name: "session-probe", dependencies: ["Pneumo", "PneumoConsole", "CAllocationCounter"],
      path: "Tests/SessionProbe"),
    .executableTarget(
      name: "example-classify-files", dependencies: ["PneumoClassifier"],
      path: "Tests/Examples/ClassifyFiles"),
    .executableTarget(
      name: "example-image-service", dependencies: ["PneumoClassifier"],
      path: "Tests/Examples/ImageService"),
    .testTarget(
      name: "PneumoKernelsTests",
      dependencies: ["PneumoCompute", "PneumoConcurrency", "PneumoTestSupport"]),
    .testTarget(
      name: "PneumoModelTests", dependencies: ["PneumoModel", "PneumoTestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PneumoTests", dependencies: ["Pneumo", "PneumoImaging", "PneumoTestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PneumoImagingTests",
      dependencies: ["PneumoImaging", "PneumoSystem", "PneumoTestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PneumoImportTests", dependencies: ["PneumoImport", "PneumoTestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PneumoCheckpointTests", dependencies: ["PneumoCheckpoint", "PneumoTestSupport"]),
    .testTarget(
      name: "PneumoDatasetTests",
      dependencies: ["PneumoDataset", "PneumoSupport", "PneumoImaging", "PneumoTestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PneumoEvaluationTests", dependencies: ["PneumoEvaluation", "PneumoSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PneumoHeatMapTests",
      dependencies: [
        "PneumoHeatMap", "PneumoImaging", "Pneumo", "PneumoCompute", "PneumoTestSupport",
      ],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PneumoClassifierTests",
      dependencies: ["PneumoClassifier", "PneumoImaging", "Pneumo", "PneumoTestSupport"]),
    .testTarget(name: "PneumoPageTests", dependencies: ["PneumoPage", "PneumoSupport"]),
    .testTarget(
      name: "PneumoReportTests",
      dependencies: [
        "PneumoReport", "PneumoPage", "PneumoChart", "PneumoEvaluation", "PneumoSupport",
        "PneumoCheckpoint",
        "PneumoTestSupport",
      ]),
    .testTarget(
      name: "PneumoTrainingTests",
      dependencies: [
        "PneumoTraining", "PneumoGradients", "PneumoCheckpoint", "PneumoCompute",
        "PneumoSupport", "PneumoTestSupport",
      ],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PneumoExperimentTests",
      dependencies: [
        "PneumoExperiment", "PneumoDataset", "PneumoCheckpoint", "PneumoCompute",
        "PneumoEvaluation",
        "PneumoModel", "PneumoSupport", "PneumoSystem", "PneumoImaging", "PneumoTestSupport",
      ]),
    .testTarget(name: "PneumoPhantomTests", dependencies: ["PneumoPhantom"]),
    .testTarget(
      name: "PneumoInspectionTests",
      dependencies: ["PneumoInspection", "PneumoPhantom", "PneumoTestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PneumoSystemTests", dependencies: ["PneumoSystem", "PneumoTestSupport"]),
    .testTarget(
      name: "PneumoSupportTests", dependencies: ["PneumoSupport", "PneumoTestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(name: "PneumoConsoleTests", dependencies: ["PneumoConsole", "PneumoSupport"]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "Pneumo", "PneumoSupport", "PneumoImaging", "PneumoPhantom", "PneumoTestSupport",
      ],
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
