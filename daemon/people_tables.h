// The tables of people: customers.csv, staff.csv, shifts.csv, as rows of what travels on the log.
// `crm import` and `staff import` publish them; `explain` uses customers without any log.
//
// Pure but for reading the file.
#pragma once

#include <filesystem>
#include <vector>

#include "bus/customer.h"
#include "bus/staff.h"
#include "config/fault.h"

namespace maitred {

// Bad rows are added to `faults` and left out. A handle is `network:id@consent-source@date`, or
// `network:id` where the customer has not agreed to be recognised.
std::vector<Customer> load_customers(const std::filesystem::path& file,
                                     std::vector<ConfigFault>& faults);
std::vector<Person> load_people(const std::filesystem::path& file,
                                std::vector<ConfigFault>& faults);
std::vector<Shift> load_shifts(const std::filesystem::path& file, std::vector<ConfigFault>& faults);

}  // namespace maitred
