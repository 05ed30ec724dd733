#!/usr/bin/env python3
"""Writes Tests/PneumoSupportTests/Fixtures/display-widths.json: how many columns texts take on a
terminal, as the package wcwidth counts them (pip install wcwidth==0.2.13)."""

import json
import pathlib

from wcwidth import wcswidth

texts = [
    "", "NORMAL", "PNEUMONIA", "肺炎", "正常", "ＮＯＲＭＡＬ", "폐렴", "각", "肺炎 (pneumonia)",
    "Ünïcödé", "U\u0308nicode", "e\u0301te\u0301", "naïve", "हिन्दी", "שלום", "مرحبا", "Ελλάδα", "Привет",
    "🩻", "🫁 lungs", "a…b", "─│█▌", "①②", "½", "ｶﾀｶﾅ", "カタカナ", "漢\u3099", "、。",
    "㈱", "℃", "𠀀", "𝒳", "〈a〉", "☎", "⌚", "★", "♥", "한국어",
]
# One of every 37 assigned letters, digits, symbols and punctuation marks of the first planes.
import unicodedata

for code in range(0x21, 0x2FFFF, 37):
    character = chr(code)
    if unicodedata.category(character)[0] in "LNPS" and unicodedata.category(character) != "Cn":
        texts.append(character)

folder = pathlib.Path(__file__).parent.parent / "Tests/PneumoSupportTests/Fixtures"
folder.mkdir(exist_ok=True)
entries = [{"text": text, "columns": wcswidth(text)} for text in texts if wcswidth(text) >= 0]
# Ideographs are thousands of the same kind.
wide = [e for e in entries if len(e["text"]) == 1 and e["columns"] == 2]
kept = [e for e in entries if e not in wide] + wide[::20]
lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in kept)
(folder / "display-widths.json").write_text(f"[\n{lines}\n]\n")
print(len(kept))
