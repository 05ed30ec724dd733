#!/bin/bash
# Fails if code compiled for AVX2 or AVX-512 could run on a CPU that lacks those instructions.
#
# 1. Object files of the kernel modules must not define weak text symbols whose names lack the
#    module's own name. The linker keeps a single copy of such a symbol for the whole program, and
#    may choose the one from a kernel module.
# 2. Linked tools must not contain AVX instructions outside those modules, which is where such a
#    copy would show up.
#
# Usage: Tools/check-isa-leaks.sh FOLDER
#   FOLDER: a build folder of SwiftPM, .build/debug or .build/release
set -euo pipefail

if [ $# -ne 1 ] || [[ ${1:-} = -* ]]; then
  sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
  exit 2
fi
products=$1
if [ "$(uname -m)" != x86_64 ]; then
  echo "check-isa-leaks: nothing to check on $(uname -m), which has a single instruction set"
  exit 0
fi

leaks=0
for module in PneumoKernelsAVX2 PneumoKernelsAVX512; do
  # Read the list of sources: objects of deleted sources stay in the folder.
  if [ ! -f "$products/$module.build/sources" ]; then
    echo "check-isa-leaks: $module is missing from $products; build first" >&2
    exit 2
  fi
  objects=()
  while read -r source; do
    objects+=("$products/$module.build/$(basename "$source").o")
  done < <(tr -d "'\"" < "$products/$module.build/sources")
  symbols=$(nm --defined-only "${objects[@]}" | awk '$2 == "W" { print $3 }' | sort -u)
  for symbol in $symbols; do
    case $symbol in
      *"${#module}$module"*) ;;  # mangled with this module's name, so no other module defines it
      *)
        echo "$module defines a symbol that others may share: $(swift demangle --compact "$symbol")"
        leaks=$((leaks + 1))
        ;;
    esac
  done
done

for tool in pneumo-infer pneumo-convert pneumo-data bench; do
  [ -x "$products/$tool" ] || continue
  found=$(objdump -d --no-show-raw-insn "$products/$tool" | awk '
    /^[0-9a-f]+ <.*>:$/ { name = $2; inside = name ~ /PneumoKernelsAVX(2|512)/; next }
    # Every AVX instruction starts with v; so do verr and verw, which are not vector instructions.
    !inside && $2 ~ /^v/ && $2 !~ /^ver[rw]$/ && !(name in seen) { seen[name]; print name }')
  for name in $found; do
    echo "$tool has AVX instructions outside the kernels: $(
      swift demangle --compact "$(tr -d '<>:' <<< "$name")")"
    leaks=$((leaks + 1))
  done
done

if [ "$leaks" -gt 0 ]; then
  echo "check-isa-leaks: $leaks leaks in $products. Kernels may use pointers and loops only:" \
    "no non-private types, no generic calls, no Array" >&2
  exit 1
fi
echo "check-isa-leaks: no leaks in $products"
