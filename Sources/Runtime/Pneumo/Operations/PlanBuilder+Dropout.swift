import PneumoModel

extension PlanBuilder {
  /// Nothing is dropped at inference.
  func visit(_ layer: Dropout) -> Plan.Buffer { input }
}
