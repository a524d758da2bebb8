#include "bus/customer.h"

namespace maitred {
namespace {

constexpr int kVersion = 1;

void write_list(json::Writer& out, std::string_view name, const std::vector<std::string>& list) {
  if (list.empty()) return;
  out.key(name).begin_array();
  for (const std::string& entry : list) out.string(entry);
  out.end_array();
}

std::vector<std::string> list_of(json::View array) {
  std::vector<std::string> list;
  for (size_t i = 0; i < array.size(); ++i) list.emplace_back(array.at(i).string());
  return list;
}

void write_consent(json::Writer& out, const std::optional<Consent>& consent) {
  if (!consent) return;
  out.key("consent").begin_object().member("source", consent->source);
  out.member_if("at", consent->at).end_object();
}

// Consent is there only where it says where it was given.
std::optional<Consent> consent_of(json::View object) {
  if (object["source"].string().empty()) return {};
  return Consent{std::string(object["source"].string()), object["at"].time()};
}

}  // namespace

std::string to_json(const Customer& customer) {
  json::Writer out;
  out.begin_object().member("v", kVersion).member("id", customer.id);
  out.member_if("name", customer.name).member_if("tier", customer.tier);
  write_list(out, "phones", customer.phones);
  write_list(out, "mails", customer.mails);
  if (!customer.handles.empty()) {
    out.key("handles").begin_array();
    for (const CustomerHandle& handle : customer.handles) {
      out.begin_object().member("network", handle.network).member_if("id", handle.id);
      out.member_if("handle", handle.handle);
      write_consent(out, handle.consent);
      out.end_object();
    }
    out.end_array();
  }
  out.member_if("zone", customer.zone);
  if (customer.home_lat && customer.home_lon) {
    out.key("home").begin_object().member("lat", *customer.home_lat);
    out.member("lon", *customer.home_lon).end_object();
  }
  out.member_if("store", customer.store);
  write_list(out, "notes", customer.notes);
  return out.end_object().take();
}

Result<Customer> customer_from_json(json::View object) {
  Customer customer;
  customer.id = object["id"].string();
  if (customer.id.empty()) return fail(Fault::malformed, "not a customer: no id");
  customer.name = object["name"].string();
  customer.tier = object["tier"].string();
  customer.phones = list_of(object["phones"]);
  customer.mails = list_of(object["mails"]);
  const json::View handles = object["handles"];
  for (size_t i = 0; i < handles.size(); ++i) {
    const json::View one = handles.at(i);
    customer.handles.push_back({std::string(one["network"].string()),
                                std::string(one["id"].string()),
                                std::string(one["handle"].string()), consent_of(one["consent"])});
  }
  customer.zone = object["zone"].string();
  customer.home_lat = object["home"]["lat"].number();
  customer.home_lon = object["home"]["lon"].number();
  customer.store = object["store"].string();
  customer.notes = list_of(object["notes"]);
  return customer;
}

std::string to_json(const Link& link) {
  json::Writer out;
  out.begin_object().member("v", kVersion).member("author", link.author);
  out.member_if("customer", link.customer).member_if("how", link.how).member_if("by", link.by);
  out.member_if("at", link.at);
  write_consent(out, link.consent);
  if (link.erased) out.member("erased", true);
  return out.end_object().take();
}

Result<Link> link_from_json(json::View object) {
  Link link;
  link.author = object["author"].string();
  link.customer = object["customer"].string();
  link.erased = object["erased"].boolean();
  if (link.author.empty() || (link.customer.empty() && !link.erased)) {
    return fail(Fault::malformed, "not a link: author, and customer or erased, are required");
  }
  link.how = object["how"].string();
  link.by = object["by"].string();
  link.at = object["at"].time();
  link.consent = consent_of(object["consent"]);
  return link;
}

}  // namespace maitred
