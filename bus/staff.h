// People and shifts as they travel on `maitred.staff` (compacted): `staff:<id>` a person,
// `duty:<id>` one shift rule. Written by `maitred staff import`, read by the floor and the board.
// Who may be asked at a moment is decided in dispatch/staff, not here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace maitred {

// One way to reach a person: "ntfy:store-hackensack-anna", "console".
struct Reach {
  std::string courier;
  std::string address;  // empty for console
};

struct Person {
  std::string id;
  std::string name;
  std::string role;   // crew, floor_manager, duty_manager, …: the playbook's `ask` names roles
  std::string store;  // store id; or a desk's id; empty = every store
  std::vector<std::string> languages;
  std::string quiet;  // "22:00-08:00" in the store's zone, or empty
  std::vector<Reach> reach;
};

// staff.csv and shifts.csv: a person with no shift rule counts as always on duty.
struct Shift {
  std::string id;
  std::string staff;
  std::string days;  // "Mo-Fr", "Sa,Su"; empty = every day
  std::string from;  // "17:00"
  std::string to;    // "01:00" (past midnight if not later than from)
  std::string zone;
};

std::string staff_key(const Person& person);  // "staff:<id>"
std::string staff_key(const Shift& shift);    // "duty:<id>"
std::string to_json(const Person& person);
std::string to_json(const Shift& shift);
Result<Person> person_from_json(json::View object);
Result<Shift> shift_from_json(json::View object);

}  // namespace maitred
