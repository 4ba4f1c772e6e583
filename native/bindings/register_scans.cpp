// Scan scripts and Huffman codes for Python.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/operators.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <string>
#include <utility>

#include "arguments.hpp"
#include "bitstream/huffman.hpp"
#include "bitstream/scan_script.hpp"
#include "platform/error.hpp"
#include "register.hpp"
#include "search/scan_search.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace beholder {
namespace {

using CountArray = nb::ndarray<const std::uint64_t, nb::shape<kSymbols>, nb::c_contig, nb::device::cpu>;

std::pair<ScanScript, std::uint64_t> bind_search(const LevelImage& image, const std::string& mode) {
  const ScanMode wanted = parse_mode(mode);
  const nb::gil_scoped_release release;
  SignificanceMasks masks(image);
  ScriptChoice choice = search_script(masks, wanted);
  return {std::move(choice.script), choice.size_bytes};
}

std::uint64_t bind_script_size(const LevelImage& image, const ScanScript& script) {
  const nb::gil_scoped_release release;
  SignificanceMasks masks(image);
  return script_size_bytes(masks, script);
}

std::vector<int> bind_code_lengths(const CountArray& counts) {
  SymbolCounts copy;
  constexpr std::uint64_t most = std::uint64_t{1} << 54;  // 256 of them are added in 64 bits
  std::copy_n(counts.data(), kSymbols, copy.begin());
  if (std::any_of(copy.begin(), copy.end(), [](std::uint64_t count) { return count > most; })) {
    throw Error("symbol counts must be " + std::to_string(most) + " at most");
  }
  const CodeLengths lengths = optimal_code_lengths(copy);
  return {lengths.begin(), lengths.end()};
}

std::string describe(const Scan& scan) {
  std::string components;
  for (const int component : scan.components) {
    components += (components.empty() ? "" : ", ") + std::to_string(component);
  }
  return "Scan([" + components + "], ss=" + std::to_string(scan.ss) + ", se=" + std::to_string(scan.se) +
         ", ah=" + std::to_string(scan.ah) + ", al=" + std::to_string(scan.al) + ")";
}

}  // namespace

void register_scans(nb::module_& module) {
  nb::class_<Scan>(module, "Scan", "One scan of a file: components, band and point transforms.")
      .def("__init__",
           [](Scan* self, std::vector<int> components, int ss, int se, int ah, int al) {
             new (self) Scan{std::move(components), ss, se, ah, al};
           },
           "components"_a, "ss"_a = 0, "se"_a = kBlockSize - 1, "ah"_a = 0, "al"_a = 0)
      .def_ro("components", &Scan::components)
      .def_ro("ss", &Scan::ss)
      .def_ro("se", &Scan::se)
      .def_ro("ah", &Scan::ah)
      .def_ro("al", &Scan::al)
      .def(nb::self == nb::self)
      .def("__repr__", &describe);
  module.def("standard_progressive_script", &standard_progressive_script, "image"_a);
  module.def("search_scan_script", &bind_search, "image"_a, "mode"_a = "smallest");
  module.def("script_size_bytes", &bind_script_size, "image"_a, "script"_a);
  module.def("optimal_code_lengths", &bind_code_lengths, "counts"_a);
}

}  // namespace beholder
