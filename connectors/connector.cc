#include "connectors/connector.h"

namespace maitred {

std::string_view Answer::header(std::string_view lower_case_name) const {
  for (const auto& [header_name, value] : headers) {
    if (header_name == lower_case_name) return value;
  }
  return {};
}

}  // namespace maitred
