/// A partition of `0..<count` that grows coarser: union-find with path halving.
package struct DisjointSets {
  private var parents: [Int]

  /// Each number by itself.
  package init(count: Int) { parents = Array(0..<count) }

  /// Joins the sets of two numbers. The least number of a set stands for it.
  package mutating func join(_ a: Int, _ b: Int) {
    let (a, b) = (root(a), root(b))
    parents[max(a, b)] = min(a, b)
  }

  private mutating func root(_ number: Int) -> Int {
    var number = number
    while parents[number] != number {
      parents[number] = parents[parents[number]]
      number = parents[number]
    }
    return number
  }

  /// The sets, by their least numbers; each ascending.
  package mutating func sets() -> [[Int]] {
    var members = [[Int]](repeating: [], count: parents.count)
    for number in parents.indices { members[root(number)].append(number) }
    return members.filter { !$0.isEmpty }
  }
}
