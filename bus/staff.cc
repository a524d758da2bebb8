#include "bus/staff.h"

namespace maitred {
namespace {

constexpr int kVersion = 1;

}  // namespace

std::string staff_key(const Person& person) {
  return "staff:" + person.id;
}

std::string staff_key(const Shift& shift) {
  return "duty:" + shift.id;
}

std::string to_json(const Person& person) {
  json::Writer out;
  out.begin_object().member("v", kVersion).member("id", person.id);
  out.member_if("name", person.name).member("role", person.role);
  out.member_if("store", person.store);
  if (!person.languages.empty()) {
    out.key("languages").begin_array();
    for (const std::string& language : person.languages) out.string(language);
    out.end_array();
  }
  out.member_if("quiet", person.quiet);
  out.key("reach").begin_array();
  for (const Reach& reach : person.reach) {
    out.begin_object().member("courier", reach.courier);
    out.member_if("address", reach.address).end_object();
  }
  return out.end_array().end_object().take();
}

Result<Person> person_from_json(json::View object) {
  Person person;
  person.id = object["id"].string();
  person.role = object["role"].string();
  if (person.id.empty() || person.role.empty()) {
    return fail(Fault::malformed, "not a person: id and role are required");
  }
  person.name = object["name"].string();
  person.store = object["store"].string();
  const json::View languages = object["languages"];
  for (size_t i = 0; i < languages.size(); ++i) {
    person.languages.emplace_back(languages.at(i).string());
  }
  person.quiet = object["quiet"].string();
  const json::View reach = object["reach"];
  for (size_t i = 0; i < reach.size(); ++i) {
    const json::View one = reach.at(i);
    if (one["courier"].string().empty()) continue;
    person.reach.push_back(
        {std::string(one["courier"].string()), std::string(one["address"].string())});
  }
  return person;
}

std::string to_json(const Shift& shift) {
  json::Writer out;
  out.begin_object().member("v", kVersion).member("id", shift.id).member("staff", shift.staff);
  out.member_if("days", shift.days).member("from", shift.from).member("to", shift.to);
  return out.member_if("zone", shift.zone).end_object().take();
}

Result<Shift> shift_from_json(json::View object) {
  Shift shift;
  shift.id = object["id"].string();
  shift.staff = object["staff"].string();
  if (shift.id.empty() || shift.staff.empty()) {
    return fail(Fault::malformed, "not a shift: id and staff are required");
  }
  shift.days = object["days"].string();
  shift.from = object["from"].string();
  shift.to = object["to"].string();
  shift.zone = object["zone"].string();
  return shift;
}

}  // namespace maitred
