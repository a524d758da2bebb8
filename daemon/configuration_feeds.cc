#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

#include "base/files.h"
#include "connectors/registry.h"
#include "daemon/configuration_parts.h"

namespace maitred {
namespace {

constexpr std::string_view kCredential = "credential:";
constexpr std::string_view kFile = "file:";
constexpr size_t kSecretMax = 16 << 10;

Result<void> only_for_owner(const std::string& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) return fail(Fault::missing, path + " is not there");
  if ((facts.st_mode & 077) != 0) {
    return fail(Fault::denied, fmt::format("others may read {}: chmod 0400 {}", path, path));
  }
  return {};
}

std::string zone_of(Section& section) {
  std::string zone = section.text("zone");
  if (zone.empty() || Zone::find(zone)) return zone;
  section.fault("zone", fmt::format("no zone '{}'", zone), "write e.g. \"America/New_York\"");
  return {};
}

}  // namespace

SecretReference read_reference(Section& section, std::string_view key) {
  std::string reference = section.text(key);
  const bool named = reference.starts_with(kCredential) && reference.size() > kCredential.size() &&
                     reference.find('/') == std::string::npos;
  const bool filed = reference.starts_with("file:/");
  if (reference.empty() || named || filed) return reference;
  section.fault(
      key, "a secret does not belong in this file",
      "write \"credential:NAME\" (systemd's LoadCredential) or \"file:/path\" (mode 0400)");
  return {};
}

Result<std::string> read_secret(const SecretReference& reference) {
  if (reference.empty()) return std::string();
  std::string path;
  if (reference.starts_with(kFile)) {
    path = reference.substr(kFile.size());
    TRY(only_for_owner(path));
  } else {
    const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (!directory) {
      return fail(Fault::missing,
                  fmt::format("{}: $CREDENTIALS_DIRECTORY is not set; it is by systemd's "
                              "LoadCredential=, or point it at a directory",
                              reference));
    }
    path = (std::filesystem::path(directory) / reference.substr(kCredential.size())).string();
  }
  TRY_ASSIGN(std::string secret, read_file(path, kSecretMax));
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
  if (secret.empty()) return fail(Fault::missing, path + " is empty");
  return secret;
}

void read_sources(Section root, const std::vector<std::string>& accounts, Configuration& into) {
  constexpr int64_t kPageMax = 1000;
  for (auto& [name, section] : root.tables("sources")) {
    SourceConfig source;
    SourceSettings& settings = source.settings;
    settings.name = name;
    settings.network = section.choice("network", network_names(), "");
    if (!section.has("network")) section.fault("network", "missing", "write network = \"folder\"");
    settings.host = section.text("host");
    settings.ask = section.text("ask");
    settings.directory = section.text("directory");
    if (!settings.directory.empty()) {
      settings.directory = (into.file.parent_path() / settings.directory).lexically_normal();
    }
    settings.zone = zone_of(section);
    settings.every = section.duration("every", settings.every);
    if (settings.every.count() == 0) section.fault("every", "0 would ask without a pause");
    settings.expect_within = section.duration("expect_within");
    settings.plain = section.flag("plain");
    settings.page_max = static_cast<int>(section.integer("page_max", 80, 1, kPageMax));
    source.token = read_reference(section, "token");
    for (const std::string& account : accounts) {
      if (account.starts_with(settings.network + ":")) settings.accounts.push_back(account);
    }
    if (settings.network == "folder" && settings.directory.empty()) {
      section.fault("directory", "missing", "write directory = \"/var/lib/maitred/inbox\"");
    }
    if (settings.network == "mastodon" && settings.host.empty()) {
      section.fault("host", "missing", "write host = \"social.example\"");
    }
    into.sources.push_back(std::move(source));
  }
}

void read_couriers(Section root, Configuration& into) {
  for (auto& [name, section] : root.tables("couriers")) {
    CourierConfig courier;
    courier.settings.name = name;
    courier.settings.kind = section.choice("kind", {"console", "ntfy"}, "");
    if (!section.has("kind")) section.fault("kind", "missing", "write kind = \"ntfy\"");
    courier.settings.url = section.text("url");
    courier.settings.plain = section.flag("plain");
    courier.token = read_reference(section, "token");
    const std::string& url = courier.settings.url;
    if (courier.settings.kind == "ntfy" && url.empty()) {
      section.fault("url", "missing", "write url = \"https://ntfy.sh\"");
    } else if (url.starts_with("http://") && !courier.settings.plain) {
      section.fault("url", "http:// shows what is sent to everybody on the way",
                    "write https://, or plain = true where the way is your own");
    } else if (!url.empty() && !url.starts_with("https://") && !url.starts_with("http://")) {
      section.fault("url", fmt::format("'{}' is no address", url), "begin with https://");
    }
    into.floor.couriers.insert(name);
    into.couriers.push_back(std::move(courier));
  }
}

}  // namespace maitred
