#include "config/csv.h"

#include <doctest/doctest.h>

namespace maitred {
namespace {

std::unique_ptr<CsvTable> parse(std::string_view bytes) {
  return CsvTable::parse(bytes, "t.csv", {"id", "name"}, {"lat", "tags", "open_max"});
}

TEST_CASE("columns are found by name, in any order, and lists by semicolon") {
  auto table = parse(
      "\xEF\xBB\xBFname,id,tags,lat\r\n"
      "\"Smith, \"\"Jo\"\"\", s1 , a; b;;c ,40.5\r\n"
      "\r\n"
      "\"two\nlines\",s2\n"
      "last,s3,,,");
  // The trailing commas of the last row are one cell too many.
  REQUIRE(table->rows().size() == 3);
  auto& first = table->rows()[0];
  CHECK(first.text("name") == "Smith, \"Jo\"");
  CHECK(first.text("id") == "s1");
  CHECK(first.list("tags") == std::vector<std::string>{"a", "b", "c"});
  CHECK(first.number("lat", -90, 90) == 40.5);
  CHECK(first.line() == 2);
  CHECK(table->rows()[1].line() == 4);
  CHECK(table->rows()[1].text("name") == "two\nlines");
  CHECK(table->rows()[1].text("tags") == "");
  CHECK(table->rows()[2].line() == 6);
  CHECK_FALSE(table->rows()[2].sound());
  CHECK(to_text(table->faults()) ==
        "t.csv:6: 5 cells, but 4 columns; put a cell with a comma in quotes\n");
}

TEST_CASE("a bad header or row says what is wrong and where, and leaves the others alone") {
  auto table = parse("id,nmae,open_max\ns1,x,many\n,y,3\n");
  auto& rows = table->rows();
  REQUIRE(rows.size() == 2);
  CHECK_FALSE(rows[0].integer("open_max", 0, 99));
  CHECK(rows[1].integer("open_max", 0, 99) == 3);
  CHECK(rows[1].required("id") == "");
  CHECK_FALSE(rows[0].sound());
  CHECK_FALSE(rows[1].sound());
  CHECK(to_text(table->faults()) ==
        "t.csv:1: nmae: no such column; did you mean name?\n"
        "t.csv:1: name: this column is missing; add it to the first line\n"
        "t.csv:2: open_max: 'many' is not a whole number from 0 to 99\n"
        "t.csv:3: id: empty; every row needs one\n");
  CHECK(to_text(parse("")->faults()) ==
        "t.csv:1: empty; the first line names the columns: id name\n");
  CHECK(to_text(parse("id,name\n\"s1,x\ns2,y\n")->faults()) ==
        "t.csv:2: a quote opened in this row is never closed\n");
  CHECK(to_text(parse("id,name\ns1,\xff\n")->faults()) ==
        "t.csv:2: not UTF-8; save the file as UTF-8\n");
  CHECK_FALSE(CsvTable::load("/nonexistent.csv", {}, {})->faults().empty());
}

}  // namespace
}  // namespace maitred
