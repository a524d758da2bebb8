#include "connectors/page_json.h"

#include <map>

#include "base/json.h"

namespace maitred {
namespace {

constexpr size_t kBytesShown = 400;  // of a rejected item

}  // namespace

std::string to_json(const Page& page) {
  json::Writer out;
  out.begin_object().key("mentions").begin_array();
  for (const Mention& mention : page.mentions) write(out, mention);
  out.end_array().member("cursor", page.cursor).member("more", page.more);
  out.key("gone").begin_array();
  for (const std::string& id : page.gone) out.string(id);
  out.end_array().key("rejected").begin_array();
  std::map<std::string, int64_t> reasons;
  for (const Rejected& one : page.rejected) {
    ++reasons[one.reason];
    out.begin_object().member("reason", one.reason).member_if("detail", one.detail);
    out.member_if("id", one.id).member("bytes", one.bytes.substr(0, kBytesShown)).end_object();
  }
  out.end_array().key("dropped").begin_array();
  for (const Dropped& one : page.dropped) {
    ++reasons[one.reason];
    out.begin_object().member("reason", one.reason).member_if("id", one.id).end_object();
  }
  out.end_array().key("reasons").begin_object();
  for (const auto& [reason, count] : reasons) out.member(reason, count);
  return out.end_object().end_object().take();
}

}  // namespace maitred
