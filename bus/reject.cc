#include "bus/reject.h"

#include <algorithm>
#include <charconv>

#include "base/digest.h"

namespace maitred {

Record make_record(const TopicNames& names, const Reject& reject) {
  const std::string id = reject.where + "/" + hex(sha256(reject.bytes)).substr(0, 16);
  Record record =
      make_record(names, Topic::rejects, reject.key, id,
                  reject.bytes.substr(0, std::min(reject.bytes.size(), kRejectBytesMax)));
  for (Header& header : record.headers) {
    if (header.name == "content-type") header.value = "application/octet-stream";
  }
  record.headers.push_back({"where", reject.where});
  record.headers.push_back({"why", reject.why});
  if (!reject.detail.empty()) record.headers.push_back({"detail", reject.detail});
  record.headers.push_back({"times", std::to_string(reject.times)});
  record.headers.push_back({"bytes", std::to_string(reject.bytes.size())});
  return record;
}

Reject reject_from(const Stored& record) {
  Reject reject;
  reject.key = record.key;
  reject.where = record.header("where");
  reject.why = record.header("why");
  reject.detail = record.header("detail");
  const std::string_view times = record.header("times");
  std::from_chars(times.data(), times.data() + times.size(), reject.times);
  reject.bytes = record.value.value_or("");
  return reject;
}

}  // namespace maitred
