#include "bus/embedded/wire.h"

namespace maitred {
namespace {

void put(std::string& bytes, std::string_view text) {
  for (size_t i = 0; i < 4; ++i) bytes += static_cast<char>(text.size() >> (8 * i) & 255);
  bytes += text;
}

bool take(std::string_view& bytes, std::string& text) {
  if (bytes.size() < 4) return false;
  size_t size = 0;
  for (size_t i = 0; i < 4; ++i) size |= size_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  if (bytes.size() - 4 < size) return false;
  text = bytes.substr(4, size);
  bytes.remove_prefix(4 + size);
  return true;
}

}  // namespace

std::string encode_headers(const std::vector<Header>& headers) {
  std::string bytes;
  for (const Header& header : headers) {
    put(bytes, header.name);
    put(bytes, header.value);
  }
  return bytes;
}

std::vector<Header> decode_headers(std::string_view bytes) {
  std::vector<Header> headers;
  for (Header header; take(bytes, header.name) && take(bytes, header.value);)
    headers.push_back(header);
  return headers;
}

}  // namespace maitred
