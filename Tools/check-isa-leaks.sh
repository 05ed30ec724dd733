#!/bin/bash
# Fails when code for AVX2 or AVX-512 could run on a CPU that has neither.
#
# 1. Objects of the kernel modules must not define weak text symbols without the module's own name.
#    The linker keeps one copy of such a symbol for the whole program, and it may keep that one.
# 2. Linked tools must not hold AVX instructions outside those modules: that is where a copy that
#    the linker kept would show.
#
# Usage: Tools/check-isa-leaks.sh FOLDER
#   FOLDER: where SwiftPM built a configuration: .build/debug or .build/release
set -euo pipefail

if [ $# -ne 1 ] || [[ ${1:-} = -* ]]; then
  sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
  exit 2
fi
products=$1
if [ "$(uname -m)" != x86_64 ]; then
  echo "check-isa-leaks: nothing to check on $(uname -m): one instruction set only"
  exit 0
fi

leaks=0
for module in PneumoKernelsAVX2 PneumoKernelsAVX512; do
  # What the build used: a deleted source leaves its object behind.
  if [ ! -f "$products/$module.build/sources" ]; then
    echo "check-isa-leaks: no $module under $products: build first" >&2
    exit 2
  fi
  objects=()
  while read -r source; do
    objects+=("$products/$module.build/$(basename "$source").o")
  done < <(tr -d "'\"" < "$products/$module.build/sources")
  symbols=$(nm --defined-only "${objects[@]}" | awk '$2 == "W" { print $3 }' | sort -u)
  for symbol in $symbols; do
    case $symbol in
      *"${#module}$module"*) ;;  # its mangled name holds this module's: nobody else has it
      *)
        echo "$module shares a symbol: $(swift demangle --compact "$symbol")"
        leaks=$((leaks + 1))
        ;;
    esac
  done
done

for tool in pneumo-infer pneumo-convert pneumo-data bench; do
  [ -x "$products/$tool" ] || continue
  found=$(objdump -d --no-show-raw-insn "$products/$tool" | awk '
    /^[0-9a-f]+ <.*>:$/ { name = $2; inside = name ~ /PneumoKernelsAVX(2|512)/; next }
    # Every AVX instruction starts with v; verr and verw do not touch vectors.
    !inside && $2 ~ /^v/ && $2 !~ /^ver[rw]$/ && !(name in seen) { seen[name]; print name }')
  for name in $found; do
    echo "$tool has vector instructions outside the kernels: $(
      swift demangle --compact "$(tr -d '<>:' <<< "$name")")"
    leaks=$((leaks + 1))
  done
done

if [ "$leaks" -gt 0 ]; then
  echo "check-isa-leaks: $leaks leaks in $products. Kernels use pointers and loops only:" \
    "no types that are not private, no generic calls, no Array" >&2
  exit 1
fi
echo "check-isa-leaks: none in $products"
