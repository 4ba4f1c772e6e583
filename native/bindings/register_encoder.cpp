#include "register.hpp"

namespace beholder {

void register_encoder(nanobind::module_& module) { (void)module; }

}  // namespace beholder
