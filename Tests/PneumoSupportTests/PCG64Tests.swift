import PneumoSupport
import Testing

@Suite("PCG64, as NumPy's default_rng") struct PCG64Tests {
  // np.random.default_rng(seed).bit_generator.random_raw(4), NumPy 2.4.6
  @Test(
    arguments: [
      (
        7,
        [
          0xa006_41a9_f1e5_4a8b, 0xe5af_cdbc_af26_6a95, 0xc693_565f_940a_f962,
          0x39a7_2dab_d56a_2742,
        ]
      ),
      (
        11,
        [
          0x20e9_fa10_2240_cc4e, 0x7fd0_ac8a_cc0d_7a67, 0x99fb_cbde_970c_647c,
          0x0758_29b0_b650_ebd3,
        ]
      ),
    ] as [(UInt32, [UInt64])])
  func bits(seed: UInt32, expected: [UInt64]) {
    var random = PCG64(seed: seed)
    #expect((0..<4).map { _ in random.next() } == expected)
  }

  @Test func uniformNumbers() {
    var random = PCG64(seed: 7)
    // default_rng(7).uniform(-.05, .05, 3), then uniform(0, 1, 2).astype("f4")
    let doubles = (0..<3).map { _ in random.uniform(-0.05, 0.05) }
    #expect(doubles == [0.012509546660466692, 0.039721380096957554, 0.02756856902451936])
    #expect(random.floats(2, 0, 1) == [0.22520719468593597, 0.3001662790775299])
  }
}
