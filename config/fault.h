// One thing wrong in a file that people wrote: where, which key, what, and what to write instead.
// Readers of configuration collect them all, so that an operator mends a file in one go.
//
// Plain data.
#pragma once

#include <string>
#include <vector>

namespace maitred {

struct ConfigFault {
  std::string file;
  int line = 0;  // 0 = the file as a whole
  std::string key;
  std::string what;
  std::string remedy;  // empty = what says it all
};

// `maitred.toml:12: sources.mortons.every: 'soon' is not a duration; write e.g. "20s"`.
std::string to_text(const ConfigFault& fault);
std::string to_text(const std::vector<ConfigFault>& faults);  // one a line, by file and line

}  // namespace maitred
