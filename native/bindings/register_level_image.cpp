#include "register.hpp"

namespace beholder {

void register_level_image(nanobind::module_& module) { (void)module; }

}  // namespace beholder
