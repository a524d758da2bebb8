// The whole way, as people see it: the demo with its scripted staff, around the real daemon.
#pragma once

#include <string>

namespace maitred::test {

// Plays it with these arguments besides; it has to end as expected.toml has it. `name` tells its
// directory and what it showed from those of others.
void play_evening(const std::string& name, const std::string& arguments);

}  // namespace maitred::test
