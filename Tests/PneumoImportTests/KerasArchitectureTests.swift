import PneumoCheckpoint
import PneumoModel
import PneumoSupport
import Testing

@testable import PneumoImport

/// Configurations in the dialects of Keras, and configurations that are none.
@Suite struct KerasArchitectureTests {
  private static func input(_ name: String, _ key: String = "batch_shape") -> String {
    #"{"class_name":"InputLayer","config":{"name":"\#(name)","\#(key)":[null,4,4,1]},"#
      + #""name":"\#(name)","inbound_nodes":[]}"#
  }

  private static func functional(_ layers: String, output: String = "out") -> String {
    #"{"class_name":"Functional","config":{"name":"m","layers":[\#(input("in")),\#(layers)],"#
      + #""input_layers":[["in",0,0]],"output_layers":[["\#(output)",0,0]]}}"#
  }

  private static func relu(_ name: String, _ nodes: String) -> String {
    #"{"class_name":"ReLU","config":{"name":"\#(name)"},"name":"\#(name)","#
      + #""inbound_nodes":\#(nodes)}"#
  }

  /// A nested model that is called in a way that changes its answers is told, not laid open.
  @Test func callsOfNestedModelsAreChecked() throws {
    let calls = #"[[["i", 0, 0, {"training": true}]]]"#
    let reason = "argument 'training'"
    let json = """
      {"class_name": "Functional", "config": {"name": "m", "layers": [
        {"class_name": "InputLayer", "name": "i",
         "config": {"name": "i", "batch_input_shape": [null, 6, 6, 3]}, "inbound_nodes": []},
        {"class_name": "Sequential", "name": "base", "inbound_nodes": \(calls),
         "config": {"name": "base", "layers": [
           {"class_name": "Flatten", "config": {"name": "flatten"}}]}}],
        "input_layers": [["i", 0, 0]], "output_layers": [["base", 0, 0]]}}
      """
    let error = try #require(
      throws: ImportError.self
    ) {
      try KerasArchitecture(json: Array(json.utf8)).checkLayers()
    }
    #expect(error.description.contains("layer 'base' (Sequential): it is called"))
    #expect(error.description.contains(reason))
  }

  /// As Keras 3.15 saves `Pipeline([RandomFlip(), …])`, whose output at inference is its input.
  @Test(arguments: [
    (#"{"module":"keras.layers","class_name":"RandomRotation","config":{}}"#, nil),
    (#"{"module":"keras.layers","class_name":"Resizing","config":{}}"#, "it holds 'Resizing'"),
    (
      #"{"module":"mine","class_name":"RandomRotation","config":{},"registered_name":"my>R"}"#,
      "it holds 'RandomRotation'"
    ),
    ("3", "it holds a number"),
  ])
  func pipelinesOfAugmentationPass(layer: String, reason: String?) throws {
    let json = """
      {"class_name": "Sequential", "config": {"name": "s", "layers": [
        {"class_name": "InputLayer", "config": {"batch_shape": [null, 8, 8, 3], "name": "i"}},
        {"class_name": "Pipeline", "config": {"name": "p", "layers": [
          {"module": "keras.layers", "class_name": "RandomFlip", "config": {}}, \(layer)]}},
        {"class_name": "Flatten", "config": {"name": "f"}}]}}
      """
    let architecture = try KerasArchitecture(json: Array(json.utf8))
    do throws(ImportError) {
      let operations = try architecture.operations()
      #expect(operations.first == .identity)
      #expect(reason == nil)
    } catch {
      #expect(error.description.contains(try #require(reason)), "\(error)")
    }
  }

  @Test func layersStandAfterTheirInputsWhateverTheirOrder() throws {
    let json = Self.functional(
      [
        #"{"class_name":"Add","config":{},"name":"out","inbound_nodes":[[["a",0,0,{}],["b",0,0]]]}"#,
        Self.relu("b", #"[[["a",0,0,{"training":false}]]]"#),
        Self.relu("unused", #"[[["b",0,0,{}]]]"#),
        Self.relu(
          "a",
          #"[{"args":[{"class_name":"__keras_tensor__","config":{"keras_history":["in",0,0]}}],"kwargs":{"mask":null}}]"#
        ),
      ].joined(separator: ","))
    let architecture = try KerasArchitecture(json: Array(json.utf8))
    #expect(architecture.layers.map(\.name) == ["a", "b", "out"])
    #expect(architecture.layers.map(\.inputs) == [[0], [1], [1, 2]])
    #expect(architecture.unsupported.isEmpty)
  }

  @Test(arguments: ["keras2", "keras3"]) func nestedModelsAreLaidOpen(_ keras: String) throws {
    let architecture = try KerasArchitecture(json: Fixture.bytes("\(keras)-nested.json"))
    #expect(architecture.inputShape == .image(height: 6, width: 6, channels: 2))
    let names = architecture.layers.map(\.name)
    #expect(names.dropLast(2) == ["rescaling", "backbone/conv", "backbone/head/head_conv"])
    #expect(names[3].hasPrefix("backbone/head/flatten"))
    #expect(names.last == "dense")
    #expect(architecture.layers.map(\.inputs) == [[0], [1], [2], [3], [4]])
    try architecture.checkLayers()
  }

  @Test func theOldestSequentialIsABareList() throws {
    let json =
      #"{"class_name":"Sequential","config":[{"class_name":"Flatten","#
      + #""config":{"name":"f","batch_input_shape":[null,2,3,1]}}]}"#
    let architecture = try KerasArchitecture(json: Array(json.utf8))
    #expect(architecture.inputShape == .image(height: 2, width: 3, channels: 1))
    #expect(architecture.layers.map(\.name) == ["f"])
  }

  @Test(arguments: [
    ("3", "found a number"),
    ("{}", "class_name and config"),
    (#"{"class_name":"Custom","config":{}}"#, "of the class 'Custom'"),
    (#"{"class_name":"Sequential","config":{"name":"s"}}"#, "no list of layers"),
    (#"{"class_name":"Sequential","config":{"layers":[]}}"#, "does not say its input size"),
    (#"{"class_name":"Sequential","config":{"layers":[\#(input("x"))]}}"#, "output is not"),
    (functional(relu("out", #"[[["out",0,0,{}]]]"#)), "needs its own output"),
    (functional(relu("out", #"[[["gone",0,0,{}]]]"#)), "reads 'gone', which is not a layer"),
    (functional(relu("out", "[]") + "," + relu("out", "[]")), "two layers have the name 'out'"),
    (functional(input("second") + "," + relu("out", #"[[["second",0,0]]]"#)), "a second input"),
    (
      #"{"class_name":"Model","config":{"name":"m","layers":[\#(input("a"))],"input_layers":[["a",0,0],["b",0,0]],"output_layers":["a",0,0]}}"#,
      "has 2 inputs"
    ),
    (
      #"{"class_name":"Sequential","config":{"layers":[{"class_name":"InputLayer","config":{"batch_shape":[null,null,null,3]}}]}}"#,
      "the shape (None, None, None, 3)"
    ),
  ])
  func whatIsNoModelIsRefused(_ json: String, reason: String) throws {
    let error = try #require(
      #expect(throws: ImportError.self) { try KerasArchitecture(json: Array(json.utf8)) })
    #expect(error.kind == .invalidConfiguration)
    #expect(error.reason.contains(reason), "\(error)")
  }

  @Test(arguments: [
    (#"[[["in",0,1,{}]]]"#, "something else than the only output"),
    (#"[[["in",0,0,{"training":true}]]]"#, "the argument 'training'"),
    (#"[{"args":[3],"kwargs":{}}]"#, "an argument that is not the output of a layer"),
    (#"[[]]"#, "no input"),
  ])
  func callsThatAGraphCannotExpressAreListed(_ nodes: String, reason: String) throws {
    let json = Self.functional(Self.relu("out", nodes))
    let architecture = try KerasArchitecture(json: Array(json.utf8))
    let error = try #require(#expect(throws: ImportError.self) { try architecture.operations() })
    #expect(error.kind == .unsupportedLayers)
    #expect(error.layers.map(\.name) == ["out"])
    #expect(error.description.contains(reason), "\(error)")
  }

  /// What `predict` of Keras 3 overrides, Keras 2 obeys.
  @Test func trainingChangesNothingInKeras3() throws {
    let tensor =
      #"{"class_name":"__keras_tensor__","config":{"keras_history":["in",0,0]}}"#
    let json = Self.functional(
      Self.relu("out", #"[{"args":[\#(tensor)],"kwargs":{"training":true,"mask":null}}]"#))
    let architecture = try KerasArchitecture(json: Array(json.utf8))
    #expect(throws: Never.self) { try architecture.checkLayers() }
  }

  /// A class of the user's, which Keras 3 tells from its own of the same name.
  @Test(arguments: [
    (#""module":"mine","registered_name":"ReLU""#, "mine.ReLU"),
    (#""module":"mine","registered_name":"lab>ReLU""#, "lab>ReLU"),
    (#""module":null,"registered_name":"lab>ReLU""#, "lab>ReLU"),
    (#""module":"keras_extras.layers","registered_name":null"#, "keras_extras.layers.ReLU"),
  ])
  func customClassesAreNotTakenForKeras(_ members: String, name: String) throws {
    let relu = Self.relu("out", #"[[["in",0,0,{}]]]"#).dropLast()
    let json = Self.functional("\(relu),\(members)}")
    let architecture = try KerasArchitecture(json: Array(json.utf8))
    let error = try #require(#expect(throws: ImportError.self) { try architecture.operations() })
    #expect(error.layers.map(\.name) == ["out"])
    #expect(error.description.contains("'\(name)', a class of your own"))
    for module in ["keras.layers", "tf_keras.src.layers.activation"] {
      let json = Self.functional(#"\#(relu),"module":"\#(module)","registered_name":null}"#)
      #expect(throws: Never.self) { try KerasArchitecture(json: Array(json.utf8)).operations() }
    }
  }

  /// Calls of a nested model double at each level.
  @Test func nestedCallsAreLimited() throws {
    var model = #"{"class_name":"Sequential","config":{"name":"s","layers":[]}}"#
    for level in 0..<20 {
      let inner = model.dropLast()
      func call(_ source: String) -> String { #"[["\#(source)",0,0,{}]]"# }
      model =
        #"{"class_name":"Functional","config":{"name":"m\#(level)","layers":[\#(Self.input("in")),"#
        + #"\#(inner),"name":"x","inbound_nodes":[\#(call("in")),[["x",1,0,{}]]]}],"#
        + #""input_layers":[["in",0,0]],"output_layers":[["x",2,0]]}}"#
    }
    let error = try #require(
      #expect(throws: ImportError.self) { try KerasArchitecture(json: Array(model.utf8)) })
    #expect(error.kind == .limitExceeded)
    #expect(error.reason.contains("calls nested models"))
  }

  @Test func configurationsAreLimited() throws {
    let json = [UInt8](repeating: 0x20, count: KerasArchitecture.maximumConfiguration + 1)
    let error = try #require(
      #expect(throws: ImportError.self) { try KerasArchitecture(json: json) })
    #expect(error.kind == .limitExceeded)
  }

  @Test func aChainOfThousandsOfLayersNeedsNoStack() throws {
    let count = 4000
    let layers = (0..<count).map { index in
      Self.relu("r\(index)", #"[[["\#(index == count - 1 ? "in" : "r\(index + 1)")",0,0,{}]]]"#)
    }
    let json = Self.functional(layers.joined(separator: ","), output: "r0")
    #expect(try KerasArchitecture(json: Array(json.utf8)).layers.count == count)
  }

  @Test(arguments: [
    ("Conv2D", #"{"filters":1,"kernel_size":3,"data_format":"channels_first"}"#, "channels_last"),
    ("Conv2D", #"{"filters":0,"kernel_size":3}"#, "filters"),
    ("Conv2D", #"{"filters":1,"kernel_size":[3,3,3]}"#, "kernel_size"),
    ("Conv2D", #"{"filters":1,"kernel_size":3,"padding":"causal"}"#, "'causal'"),
    ("Dense", #"{"units":1e30}"#, "units"),
    ("ReLU", #"{"negative_slope":0.1}"#, "negative_slope"),
    ("ReLU", #"{"max_value":5}"#, "max_value"),
    ("Softmax", #"{"axis":[1,2]}"#, "several axes"),
    ("ZeroPadding2D", #"{"padding":[[1,-1],[0,0]]}"#, "padding"),
    ("Lambda", "{}", "this class is not supported"),
    ("Dense", #"{"units":1,"activation":{"class_name":"function","config":"swish"}}"#, "'swish'"),
    ("Dense", #"{"units":1,"activation":"my>relu"}"#, "'my>relu'"),
  ])
  func parametersThatAreNotSupportedAreSaid(
    _ className: String, config: String, reason: String
  ) throws {
    let layer = KerasLayer(
      name: "layer", className: className, config: try JSON(parsing: Array(config.utf8)),
      inputs: [0], storage: 0)
    let error = try #require(#expect(throws: UnsupportedReason.self) { try layer.operation() })
    #expect(error.text.contains(reason), "\(error.text)")
  }
}
