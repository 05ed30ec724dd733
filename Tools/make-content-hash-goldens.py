#!/usr/bin/env python3
"""Writes the golden hashes that ContentHashTests compare with.

    python3 -m venv venv && venv/bin/pip install mmh3==5.3.1
    venv/bin/python Tools/make-content-hash-goldens.py > \
        Tests/PneumoSupportTests/Fixtures/content-hashes.txt

Each line is a count of bytes and mmh3's MurmurHash3_x64_128 (seed 0) of as many, byte i being
(7 i + i / 251) mod 256: all lengths of a tail, and some of many blocks.
"""

from importlib.metadata import version

import mmh3

print(f"# mmh3 {version('mmh3')}: hash_bytes(data, 0, True)")
for count in list(range(0, 35)) + [63, 64, 65, 255, 4096, 100003]:
    data = bytes((7 * i + i // 251) % 256 for i in range(count))
    print(count, mmh3.hash_bytes(data, 0, True).hex())
