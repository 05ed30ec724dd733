import ArgumentParser
import PneumoModel

/// What a model needs and foreign files lack.
struct MeaningOptions: ParsableArguments {
  @Option(
    help: """
      The classes, separated by commas, in the order of training. (default: the checkpoint's; \
      NORMAL,PNEUMONIA for the study's networks)
      """)
  var labels: String?

  @Flag(help: "Accept --labels that are the checkpoint's own in another order.")
  var relabel = false

  @Option(
    help: """
      How images become inputs: keras-study, tf, torch, caffe, or JSON as a file or a text. \
      (default: the checkpoint's, or keras-study)
      """)
  var preprocess: String?

  @Option(
    help: """
      Of two classes, the second is chosen above this probability. (default: the checkpoint's, or \
      0.5)
      """)
  var threshold: Float?

  @Option(help: "For a network that ends in logits: sigmoid or softmax.")
  var activation: FinalActivation?

  @Option(help: "The network that weights alone belong to: study150 or study224.")
  var network: String?
}

/// What the `.pnm` file holds besides.
struct WritingOptions: ParsableArguments {
  @Option(help: "How weights are stored: f32, or f16 for half the size. (default: f32)")
  var precision: Precision?

  @Option(help: "The model card: JSON as a file or a text.")
  var card: String?
}

/// What is printed.
struct PrintingOptions: ParsableArguments {
  @Flag(help: "Print a table of all layers.")
  var verbose = false

  @Flag(help: "Print what INPUT, a .pnm file, holds.")
  var inspect = false

  @Option(help: "How --inspect prints: table or json.")
  var format: InspectionFormat?
}

/// How `--inspect` prints.
enum InspectionFormat: String, ExpressibleByArgument, CaseIterable {
  case table, json
}

/// What `--precision` takes.
enum Precision: String, ExpressibleByArgument, CaseIterable {
  case f32, f16

  var scalarType: ScalarType { self == .f32 ? .float32 : .float16 }
}

/// What `--activation` takes.
enum FinalActivation: String, ExpressibleByArgument, CaseIterable {
  case sigmoid, softmax

  var activation: Activation { self == .sigmoid ? .sigmoid : .softmax }
}
