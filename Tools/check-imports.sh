#!/bin/bash
# Fails when a target imports what it may not, or when a program that uses only the runtime library
# depends on more than the Swift toolchain.
#
# Usage: Tools/check-imports.sh [FOLDER]
#   FOLDER: where SwiftPM built a configuration, such as .build/release. Without it only the
#   sources are looked at.
set -euo pipefail

if [ $# -gt 1 ] || [[ ${1:-} = -* ]]; then
  sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
  exit 2
fi
products=${1:+$(cd "$1" && pwd)}
cd "$(dirname "$(readlink -f "$0")")/.."

# What each target may import. "system" stands for the C library.
allowed() {
  local system="Glibc Darwin"
  case $1 in
    PneumoKernelABI) ;;
    PneumoKernels) echo PneumoKernelABI ;;
    PneumoFiles) echo "$system" ;;
    PneumoModel) echo "PneumoFiles $system" ;;
    PneumoCompute)
      echo "CCPU PneumoKernelABI PneumoKernels PneumoKernelsAVX2 PneumoKernelsAVX512" \
        "Dispatch Synchronization $system"
      ;;
    Pneumo) echo "PneumoFiles PneumoModel PneumoCompute PneumoKernelABI Synchronization $system" ;;
    PneumoImaging) echo "PneumoFiles PneumoModel CTurboJPEG $system" ;;
    PneumoHeatMap) echo "Pneumo PneumoModel PneumoImaging $system" ;;
    PneumoPhantom) ;;
    PneumoJSON) ;;
    PneumoCSV) ;;
    PneumoCheckpoint) echo "PneumoFiles PneumoModel PneumoJSON Foundation $system" ;;
    PneumoDataset)
      echo "PneumoFiles PneumoCSV PneumoModel PneumoCompute PneumoImaging Synchronization $system"
      ;;
    PneumoEvaluation) echo "$system" ;;
    PneumoTraining)
      echo "PneumoModel PneumoKernelABI PneumoCompute PneumoCheckpoint Synchronization $system"
      ;;
    PneumoExperiment)
      echo "PneumoModel PneumoKernelABI PneumoCompute PneumoTraining PneumoDataset PneumoEvaluation" \
        "PneumoCheckpoint PneumoChart PneumoJSON PneumoCSV PneumoFiles PneumoConsole $system"
      ;;
    PneumoChart) echo "PneumoConsole $system" ;;
    PneumoReport)
      echo "PneumoEvaluation PneumoChart PneumoCompute PneumoJSON PneumoCSV PneumoFiles" \
        "PneumoConsole Synchronization $system"
      ;;
    PneumoInspection)
      echo "PneumoModel PneumoDataset PneumoImaging PneumoFiles PneumoCompute PneumoJSON" \
        "PneumoConsole Synchronization $system"
      ;;
    PneumoImport)
      echo "PneumoFiles PneumoModel PneumoCheckpoint CHDF5 Synchronization Foundation $system"
      ;;
    PneumoConsole) echo "Synchronization $system" ;;
    PneumoPipeline)
      echo "Pneumo PneumoImaging PneumoConsole Dispatch Synchronization $system"
      ;;
    PneumoCommandLine) echo "PneumoConsole ArgumentParser $system" ;;
    PneumoDatasetOptions) echo "PneumoModel PneumoDataset ArgumentParser" ;;
    pneumo-infer)
      echo "Pneumo PneumoCompute PneumoPipeline PneumoHeatMap PneumoImaging PneumoFiles PneumoJSON" \
        "PneumoCSV PneumoConsole PneumoCommandLine ArgumentParser Synchronization $system"
      ;;
    pneumo-eval)
      echo "Pneumo PneumoCompute PneumoPipeline PneumoHeatMap PneumoDataset PneumoEvaluation PneumoReport" \
        "PneumoExperiment PneumoImaging PneumoCheckpoint PneumoJSON PneumoFiles PneumoConsole" \
        "PneumoCommandLine ArgumentParser Synchronization $system"
      ;;
    pneumo-convert)
      echo "PneumoImport PneumoModel PneumoFiles PneumoJSON PneumoConsole PneumoCommandLine" \
        "ArgumentParser $system"
      ;;
    pneumo-train)
      echo "PneumoExperiment PneumoTraining PneumoDataset PneumoEvaluation PneumoCheckpoint PneumoModel PneumoFiles" \
        "PneumoImaging PneumoCompute PneumoJSON PneumoConsole PneumoCommandLine" \
        "PneumoDatasetOptions ArgumentParser Synchronization $system"
      ;;
    pneumo-data)
      echo "PneumoPhantom PneumoInspection PneumoDataset PneumoImaging PneumoFiles PneumoModel" \
        "PneumoCompute PneumoJSON PneumoConsole PneumoCommandLine PneumoDatasetOptions" \
        "ArgumentParser Synchronization $system"
      ;;
    *) return 1 ;;
  esac
}

failures=0
complain() {
  echo "check-imports: $1" >&2
  failures=$((failures + 1))
}

# Prints the modules that a file imports, each on a line after the file's name.
imports() {
  awk '
    /^[ \t]*((@[A-Za-z_]+(\([^)]*\))?|public|package|internal|fileprivate|private)[ \t]+)*import[ \t]/ {
      sub(/^.*import[ \t]+/, "")
      sub(/^(struct|class|enum|protocol|func|var|let|typealias|actor)[ \t]+/, "")
      sub(/[. \t;\/].*$/, "")
      print FILENAME, $0
    }' "$@"
}

for folder in Sources/*/; do
  target=$(basename "$folder")
  [ ! -L "Sources/$target" ] || continue  # the kernels again
  [ ! -f "$folder/module.modulemap" ] || continue  # a C library
  if ! list=$(allowed "$target"); then
    complain "$target: a target that the table in Tools/check-imports.sh does not know"
    continue
  fi
  while read -r file module; do
    case " $list " in
      *" $module "*) ;;
      *) complain "$file: $target may not import $module" ;;
    esac
  done < <(find "$folder" -name '*.swift' -print0 | xargs -0 -r bash -c \
    "$(declare -f imports); imports \"\$@\"" imports)
done
[ "$failures" -eq 0 ] || exit 1
echo "check-imports: every target imports what it may"
[ -n "$products" ] || exit 0
if [ "$(uname)" != Linux ]; then
  echo "check-imports: what a program is linked with is checked on Linux only"
  exit 0
fi

# A program that uses the runtime library alone. It is linked with no other object of ours, so a
# dependency that the table above overlooked fails here too.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cat > "$scratch/consumer.swift" <<'SWIFT'
import Pneumo

if CommandLine.arguments.count > 1 {
  let session = try Session(try Model(contentsOf: CommandLine.arguments[1]))
  print(session.inputCount)
}
SWIFT
objects=()
for module in PneumoKernelABI PneumoKernels PneumoKernelsAVX2 PneumoKernelsAVX512 PneumoFiles \
  PneumoModel PneumoCompute Pneumo; do
  [ -f "$products/$module.build/sources" ] || continue
  while read -r source; do
    objects+=("$products/$module.build/$(basename "$source").o")
  done < <(tr -d "'\"" < "$products/$module.build/sources")
done
if [ ${#objects[@]} -eq 0 ]; then
  echo "check-imports: no runtime library under $products: build first" >&2
  exit 2
fi
swiftc -I "$products/Modules" -I Sources/CCPU "$scratch/consumer.swift" "${objects[@]}" \
  -o "$scratch/consumer" -lm
"$scratch/consumer"
libraries=$(ldd "$scratch/consumer" | awk '{ print $1 }' | xargs -n 1 basename)
for library in $libraries; do
  case $library in
    libswiftCore.so | libswift_*.so | libswiftSynchronization.so | libswiftSwiftOnoneSupport.so) ;;
    libswiftGlibc.so | libswiftDispatch.so | libdispatch.so | libBlocksRuntime.so) ;;
    linux-vdso.so.* | ld-linux* | libc.so.* | libm.so.* | libgcc_s.so.* | libstdc++.so.*) ;;
    libpthread.so.* | libdl.so.* | librt.so.* | libutil.so.*) ;;
    *) complain "a program that uses only the library Pneumo is linked with $library" ;;
  esac
done
if nm "$scratch/consumer" | grep -q 'Foundation'; then
  complain "a program that uses only the library Pneumo holds symbols of Foundation"
fi
[ "$failures" -eq 0 ] || exit 1
echo "check-imports: the runtime library needs the Swift toolchain alone"
