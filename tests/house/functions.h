// Where functions and types stand in a source, found by its braces: what a brace opens is told by
// the words before it. Good enough for measuring lengths and reading names; a table of values is
// no function, and neither is a namespace or a class.
#pragma once

#include "tests/house/source_tree.h"

namespace maitred::house {

// The lines from a function's opening brace to its closing one. What is inside (lambdas, loops)
// is not told apart.
struct Function {
  size_t first = 0;
  size_t last = 0;
};
std::vector<Function> find_functions(const SourceFile& file);

struct TypeName {
  size_t line = 0;
  std::string name;
};
// The names that class, struct, enum and using give, in order.
std::vector<TypeName> find_types(const SourceFile& file);

}  // namespace maitred::house
