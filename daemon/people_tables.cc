#include "daemon/people_tables.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/zone.h"
#include "config/csv.h"

namespace maitred {
namespace {

void check_zone(CsvRow& row) {
  const auto zone = row.text("zone");
  if (!zone.empty() && !Zone::find(zone)) {
    row.fault("zone", fmt::format("no zone '{}'", zone), "write America/New_York");
  }
}

void check_once(CsvRow& row, std::set<std::string>& ids) {
  const auto id = row.text("id");
  if (!id.empty() && !ids.insert(id).second) {
    row.fault("id", fmt::format("'{}' is there twice", id));
  }
}

// Consent is the last two parts behind '@', and only if the last is a date: ids hold '@' too.
void split_consent(std::string& id, std::optional<Consent>& consent) {
  const size_t date_at = id.rfind('@');
  if (date_at == std::string::npos || date_at == 0) return;
  const auto date = parse_rfc3339(id.substr(date_at + 1) + "T00:00:00Z");
  const size_t source_at = id.rfind('@', date_at - 1);
  if (!date || source_at == std::string::npos || source_at == 0 || source_at + 1 == date_at) return;
  consent = Consent{id.substr(source_at + 1, date_at - source_at - 1), *date};
  id.resize(source_at);
}

std::vector<CustomerHandle> read_handles(CsvRow& row) {
  std::vector<CustomerHandle> handles;
  for (const std::string& entry : row.list("handles")) {
    const size_t colon = entry.find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == entry.size()) {
      row.fault("handles", fmt::format("'{}' has no network", entry),
                "write network:id@consent-source@date");
      continue;
    }
    CustomerHandle handle;
    handle.network = entry.substr(0, colon);
    handle.id = entry.substr(colon + 1);
    if (handle.id.starts_with('@')) handle.id.erase(0, 1);
    split_consent(handle.id, handle.consent);
    handle.handle = handle.id;
    handles.push_back(std::move(handle));
  }
  return handles;
}

// "17:00"; 24:00 is an end too.
bool is_clock(std::string_view text) {
  const auto digit = [&](size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':') return false;
  if (!digit(0) || !digit(1) || !digit(3) || !digit(4)) return false;
  const int hour = (text[0] - '0') * 10 + text[1] - '0';
  const int minute = (text[3] - '0') * 10 + text[4] - '0';
  return minute < 60 && (hour < 24 || (hour == 24 && minute == 0));
}

void check_quiet(CsvRow& row) {
  const std::string quiet = row.text("quiet");
  if (quiet.empty()) return;
  const size_t dash = quiet.find('-');
  if (dash == std::string::npos || !is_clock(quiet.substr(0, dash)) ||
      !is_clock(quiet.substr(dash + 1))) {
    row.fault("quiet", fmt::format("'{}' is no span of time", quiet), "write 22:00-08:00");
  }
}

// "Mo-Fr", "Sa,Su".
bool are_days(std::string_view text) {
  constexpr std::array kDays{"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};
  while (!text.empty()) {
    const bool day = std::any_of(kDays.begin(), kDays.end(),
                                 [&](const char* name) { return text.starts_with(name); });
    if (!day) return false;
    text.remove_prefix(2);
    if (text.empty()) return true;
    if (text[0] != '-' && text[0] != ',') return false;
    text.remove_prefix(1);
    if (text.empty()) return false;
  }
  return true;
}

}  // namespace

std::vector<Customer> load_customers(const std::filesystem::path& file,
                                     std::vector<ConfigFault>& faults) {
  const auto table = CsvTable::load(file, {"id"},
                                    {"name", "tier", "phones", "mails", "handles", "zone",
                                     "home_lat", "home_lon", "store", "notes"});
  std::vector<Customer> customers;
  std::set<std::string> ids;
  for (CsvRow& row : table->rows()) {
    Customer customer;
    customer.id = row.required("id");
    customer.name = row.text("name");
    customer.tier = row.text("tier");
    customer.phones = row.list("phones");
    customer.mails = row.list("mails");
    customer.handles = read_handles(row);
    customer.zone = row.text("zone");
    customer.home_lat = row.number("home_lat", -90, 90);
    customer.home_lon = row.number("home_lon", -180, 180);
    if (customer.home_lat.has_value() != customer.home_lon.has_value()) {
      row.fault("home_lat", "home_lat and home_lon belong together");
    }
    customer.store = row.text("store");
    customer.notes = row.list("notes");
    check_zone(row);
    check_once(row, ids);
    if (row.sound()) customers.push_back(std::move(customer));
  }
  faults.insert(faults.end(), table->faults().begin(), table->faults().end());
  return customers;
}

std::vector<Person> load_people(const std::filesystem::path& file,
                                std::vector<ConfigFault>& faults) {
  const auto table =
      CsvTable::load(file, {"id", "role", "reach"}, {"name", "store", "languages", "quiet"});
  std::vector<Person> people;
  std::set<std::string> ids;
  for (CsvRow& row : table->rows()) {
    Person person;
    person.id = row.required("id");
    person.role = row.required("role");
    person.name = row.text("name");
    person.store = row.text("store");
    person.languages = row.list("languages");
    person.quiet = row.text("quiet");
    check_quiet(row);
    row.required("reach");
    for (const std::string& entry : row.list("reach")) {
      const size_t colon = std::min(entry.find(':'), entry.size());
      person.reach.push_back(
          {entry.substr(0, colon), entry.substr(std::min(colon + 1, entry.size()))});
    }
    check_once(row, ids);
    if (row.sound()) people.push_back(std::move(person));
  }
  faults.insert(faults.end(), table->faults().begin(), table->faults().end());
  return people;
}

std::vector<Shift> load_shifts(const std::filesystem::path& file,
                               std::vector<ConfigFault>& faults) {
  const auto table = CsvTable::load(file, {"staff", "from", "to"}, {"id", "days", "zone"});
  std::vector<Shift> shifts;
  std::set<std::string> ids;
  for (CsvRow& row : table->rows()) {
    Shift shift;
    shift.staff = row.required("staff");
    shift.days = row.text("days");
    shift.from = row.required("from");
    shift.to = row.required("to");
    shift.zone = row.text("zone");
    // The same rule imported again is the same record.
    shift.id = row.text("id");
    if (shift.id.empty()) {
      shift.id = fmt::format("{}/{}/{}-{}", shift.staff, shift.days.empty() ? "all" : shift.days,
                             shift.from, shift.to);
    }
    if (!are_days(shift.days)) {
      row.fault("days", fmt::format("'{}' are no days", shift.days), "write Mo-Fr or Sa,Su");
    }
    for (const char* column : {"from", "to"}) {
      const auto text = row.text(column);
      if (!text.empty() && !is_clock(text)) {
        row.fault(column, fmt::format("'{}' is no time of day", text), "write 17:00");
      }
    }
    check_zone(row);
    if (row.sound() && ids.insert(shift.id).second) shifts.push_back(std::move(shift));
  }
  faults.insert(faults.end(), table->faults().begin(), table->faults().end());
  return shifts;
}

}  // namespace maitred
