#include "dispatch/reading/brand.h"

#include <algorithm>

namespace maitred {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

std::string_view account_name(std::string_view account) {
  const size_t colon = account.find(':');
  return colon == std::string_view::npos ? account : account.substr(colon + 1);
}

// The account without its host: "mortons" of "mastodon:mortons@social.example".
std::string_view account_local(std::string_view account) {
  const std::string_view name = account_name(account);
  return name.substr(0, name.find('@'));
}

std::string without_at(std::string_view id) {
  std::string text = lower(id);
  if (const size_t at = text.find(":@"); at != std::string::npos) text.erase(at + 1, 1);
  return text;
}

bool is_ours(const Language& language, std::string_view id, std::string_view handle,
             std::string_view network) {
  const std::string author = without_at(id);
  std::string by_handle = lower(handle);
  if (by_handle.starts_with('@')) by_handle.erase(0, 1);
  return std::any_of(language.accounts.begin(), language.accounts.end(), [&](const auto& account) {
    if (!author.empty() && account == author) return true;
    return !by_handle.empty() && account_name(account) == by_handle &&
           (network.empty() || account.starts_with(std::string(network) + ":"));
  });
}

// Whether folded bytes [begin, end) lie in a URL, an e-mail address or a handle.
bool in_opaque(const Prepared& text, uint32_t begin) {
  const size_t token = text.token_at(begin);
  return token < text.opaque.size() && text.opaque[token] != 0;
}

// Where the places of the text end: 達拉斯莫頓 is our house in Dallas, not somebody of that given
// name.
std::vector<uint32_t> place_ends(const Prepared& text, const Language& language) {
  std::vector<uint32_t> ends;
  for (const PhraseMatch& place : language.places.find(text.folded)) {
    const bool spaced = place.end < text.folded.text.size() && text.folded.text[place.end] == ' ';
    ends.push_back(place.end + (spaced ? 1 : 0));
  }
  std::sort(ends.begin(), ends.end());
  return ends;
}

// Returns where the name was that of a person.
std::vector<Span> by_name(const Prepared& text, std::string_view original, const Language& language,
                          const TradeSigns& signs, BrandFinding& found) {
  const std::vector<PhraseMatch> homonyms = language.homonyms.find(text.folded);
  found.homonym = !homonyms.empty();
  uint32_t covered_until = 0;
  size_t next_homonym = 0;
  std::vector<Span> persons;
  std::optional<std::vector<uint32_t>> places;  // looked for only where a person is suspected
  for (const PhraseMatch& match : language.brand.find_longest(text.folded)) {
    if (in_opaque(text, match.begin)) continue;
    while (next_homonym < homonyms.size() && homonyms[next_homonym].begin <= match.begin)
      covered_until = std::max(covered_until, homonyms[next_homonym++].end);
    if (match.end <= covered_until) continue;
    const Span span = text.folded.original(match.begin, match.end);
    if (names_person(text, original, static_cast<uint32_t>(text.token_at(match.begin)),
                     static_cast<uint32_t>(text.token_at(match.end)), signs)) {
      if (!places) places = place_ends(text, language);
      if (!std::binary_search(places->begin(), places->end(), match.begin)) {
        persons.push_back(span);
        continue;
      }
    }
    if (found.alias.empty()) found.alias = language.aliases[match.phrase];
    if (found.spans.empty() || !(found.spans.back() == span)) found.spans.push_back(span);
  }
  return persons;
}

// "#MortonsSteakhouse": an alias is the whole tag, or its first words where capitals divide it.
void by_hashtag(const Prepared& text, const Language& language, std::string_view original,
                BrandFinding& found) {
  for (size_t i = 0; i + 1 < text.tokens.size(); ++i) {
    if (text.text(text.tokens[i]) != "#" || text.tokens[i + 1].spaced || text.opaque[i]) continue;
    const Span span = text.original(static_cast<uint32_t>(i + 1), static_cast<uint32_t>(i + 2));
    const std::string_view tag = original.substr(span.begin, span.end - span.begin);
    for (size_t end = 1; end <= tag.size(); ++end) {
      const bool boundary = end == tag.size() || (tag[end] >= 'A' && tag[end] <= 'Z');
      if (!boundary || !language.squeezed_aliases.contains(fold(tag.substr(0, end)))) continue;
      if (found.alias.empty()) found.alias = "#" + std::string(tag);
      found.spans.push_back(span);
      break;
    }
  }
}

// "@mortons" or "@mortons@social.example" in the text. The short form is ours unless the post
// addresses another account of that name.
void by_account(const Mention& mention, const Prepared& text, const Language& language,
                BrandFinding& found) {
  for (const std::string& account : language.accounts) {
    const std::string local(account_local(account));
    const std::string full(account_name(account));
    if (local.empty()) continue;
    const bool other_addressed = std::any_of(
        mention.addressed_to.begin(), mention.addressed_to.end(), [&](const std::string& id) {
          return account_local(without_at(id)) == local && without_at(id) != account;
        });
    const std::string& body = text.folded.text;
    const std::string needle = "@" + local;
    for (size_t at = body.find(needle); at != std::string::npos; at = body.find(needle, at + 1)) {
      const size_t end = at + needle.size();
      if (at > 0 && !is_word_boundary(body, at)) continue;
      if (at > 0 && is_letter_or_digit(static_cast<unsigned char>(body[at - 1]))) continue;
      const std::string_view behind = std::string_view(body).substr(end);
      if (!behind.empty() && (behind[0] == '_' || !is_word_boundary(body, end))) continue;
      const bool with_host = behind.size() > 1 && behind[0] == '@' &&
                             is_letter_or_digit(static_cast<unsigned char>(behind[1]));
      const std::string_view host = std::string_view(full).substr(local.size());
      if (with_host && (host.empty() || !behind.starts_with(host))) continue;
      if (!with_host && other_addressed) continue;
      if (found.alias.empty()) found.alias = account;
      found.spans.push_back(text.folded.original(at, with_host ? end + host.size() : end));
    }
  }
}

}  // namespace

BrandFinding find_brand(const Mention& mention, const Prepared& text, const Language& language,
                        bool names_dish) {
  BrandFinding found;
  found.own = is_ours(language, mention.author.id, mention.author.handle, mention.network);
  const std::vector<Span> persons =
      by_name(text, mention.text, language, trade_signs(text, names_dish), found);
  by_hashtag(text, language, mention.text, found);
  by_account(mention, text, language, found);
  if (found.alias.empty()) {
    for (const std::string& id : mention.addressed_to)
      if (is_ours(language, id, "", mention.network)) found.alias = without_at(id);
  }
  const bool by_nature = mention.kind == MentionKind::review ||
                         mention.kind == MentionKind::message ||
                         mention.kind == MentionKind::mail || mention.network == "house";
  if (found.alias.empty() && by_nature) found.alias = "addressed";
  if (!found.alias.empty()) {
    found.homonym = false;
  } else if (!persons.empty()) {
    found.homonym = true;
    found.spans = persons;
  }
  return found;
}

}  // namespace maitred
