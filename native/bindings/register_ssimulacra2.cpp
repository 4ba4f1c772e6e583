#include "register.hpp"

namespace beholder {

void register_ssimulacra2(nanobind::module_& module) { (void)module; }

}  // namespace beholder
