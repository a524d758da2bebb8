#include "dispatch/staff/message.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/zone.h"

namespace maitred {
namespace {

constexpr size_t kQuoteMax = 600;  // bytes of the post in a push; the rest is behind Open
constexpr size_t kHeardShown = 2;  // posts quoted of those that joined

struct Phrase {
  const char* english;
  const char* hant;
  const char* hans;
};
constexpr std::array kPhrases{
    Phrase{"Claim", "接單", "接单"},
    Phrase{"Can't", "不行", "不行"},
    Phrase{"Open", "打開", "打开"},
    Phrase{"Approve", "同意", "同意"},
    Phrase{"Decline", "不同意", "不同意"},
    Phrase{"Release", "放手", "放手"},
    Phrase{"Done", "完成", "完成"},
    Phrase{"by", "最晚", "最晚"},
    Phrase{"from", "最早", "最早"},
    Phrase{"for", "給", "给"},
    Phrase{"probably", "可能是", "可能是"},
    Phrase{"The post was deleted.", "原貼文已刪除。", "原帖已删除。"},
    Phrase{"more posts", "則後續貼文", "条后续帖子"},
    Phrase{"Approve?", "同意嗎？", "同意吗？"},
    Phrase{"complaint", "客訴", "投诉"},
    Phrase{"request", "需求", "需求"},
    Phrase{"question", "詢問", "询问"},
    Phrase{"praise", "讚美", "赞美"},
    Phrase{"Yes", "確定", "确定"},
    Phrase{"Nothing has changed yet.", "尚未做任何更動。", "尚未做任何更改。"},
    Phrase{"It is yours.", "這件由你負責。", "这件由你负责。"},
    Phrase{"Thank you: noted.", "謝謝，已記下。", "谢谢，已记下。"},
    Phrase{"has it", "已接", "已接"},
    Phrase{"Not known yet: tap once more in a moment.", "還不確定：請稍後再點一次。",
           "还不确定：请稍后再点一次。"},
    Phrase{"This button has expired.", "這個按鈕已過期。", "这个按钮已过期。"},
};

std::string what(const Task& task, const HouseNames& names, const std::string& language) {
  std::string text;
  for (const Want& want : task.opening.wants) {
    if (!text.empty()) text += ", ";
    if (want.count != 1) text += fmt::format("{}× ", want.count);
    if (!want.size.empty()) text += want.size + " ";
    const auto name = names.items.find(want.item);
    text += name == names.items.end() ? want.item : name->second;
  }
  if (!text.empty()) return text;
  if (!task.opening.intent.empty()) return phrase(language, task.opening.intent);
  return task.opening.playbook;
}

// "EWR Newark Liberty" is "EWR" to those who drive there.
std::string short_place(const std::string& place) {
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const bool coded = place.size() > 3 && place[3] == ' ' && capital(place[0]) &&
                     capital(place[1]) && capital(place[2]);
  return coded ? place.substr(0, 3) : place;
}

std::string by_when(const Task& task, const HouseNames& names, Time now,
                    const std::string& language) {
  const auto& window = task.opening.window;
  if (!window || (!window->due && !window->not_before)) return {};
  auto zone = Zone::find(names.zone_of(task.opening.store));
  if (!zone) zone = Zone::find(window->zone);
  const Zone local = zone ? *zone : Zone::utc();
  if (!window->due) {
    return phrase(language, "from") + " " + clock_text(*window->not_before, local, now);
  }
  if (!window->not_before)
    return phrase(language, "by") + " " + clock_text(*window->due, local, now);
  return clock_text(*window->not_before, local, now) + "–" +
         clock_text(*window->due, local, *window->not_before);
}

std::string for_whom(const Task& task, const HouseNames& names, const std::string& language) {
  const Opening& opening = task.opening;
  std::string name;
  if (!opening.customer.empty() && names.customer) name = names.customer(opening.customer);
  if (!name.empty() && opening.who == "likely") name = phrase(language, "probably") + " " + name;
  if (name.empty() && !opening.post.author_handle.empty()) name = "@" + opening.post.author_handle;
  return name.empty() ? name : phrase(language, "for") + " " + name;
}

std::string quoted(const std::string& text) {
  const std::string_view quote = truncate_utf8(text, kQuoteMax);
  return fmt::format("“{}{}”", quote, quote.size() < text.size() ? " …" : "");
}

std::string body(const Task& task, Said said, const std::string& language) {
  const Opening& opening = task.opening;
  std::string text;
  const auto line = [&](const std::string& words) {
    if (words.empty()) return;
    if (!text.empty()) text += "\n";
    text += words;
  };
  if (said == Said::ask) {
    line(phrase(language, "Approve?"));
    if (opening.gesture) {
      line(fmt::format("{}: {:g} {}", opening.gesture->what, opening.gesture->sum,
                       opening.gesture->currency));
    }
  }
  if (task.retracted) line(phrase(language, "The post was deleted."));
  if (!task.retracted && !opening.post.text.empty()) line(quoted(opening.post.text));
  // What the guest has added since, the last of it in words.
  std::vector<std::string> added;
  for (const HeardPost& post : task.heard) {
    if (!post.retracted && !post.text.empty()) added.push_back(post.text);
  }
  const size_t left_out = added.size() - std::min(added.size(), kHeardShown);
  if (left_out > 0) line(fmt::format("+{} {}", left_out, phrase(language, "more posts")));
  for (size_t i = left_out; i < added.size(); ++i) line("+ " + quoted(added[i]));
  return text;
}

std::vector<PushAction> actions(const Task& task, Said said, const std::string& language) {
  const auto action = [&](const char* english, std::optional<Verb> verb, std::string arg = {}) {
    return PushAction{phrase(language, english), verb, std::move(arg), {}};
  };
  const PushAction opens = action("Open", {});
  if (said == Said::ask) {
    return {action("Approve", Verb::approved), action("Decline", Verb::declined), opens};
  }
  if (said == Said::claim) {
    return {action("Claim", Verb::claimed), action("Can't", Verb::refused), opens};
  }
  const std::string step = next_step(task);
  const PushAction next = step.empty() ? action("Done", Verb::finished)
                                       : PushAction{step + " ✓", Verb::progressed, step, {}};
  return {next, action("Release", Verb::released), opens};
}

}  // namespace

std::string HouseNames::store(const std::string& id) const {
  const auto found = stores.find(id);
  return found == stores.end() || found->second.name.empty() ? id : found->second.name;
}

std::string HouseNames::zone_of(const std::string& id) const {
  const auto found = stores.find(id);
  return found == stores.end() ? std::string() : found->second.zone;
}

std::string language_of(const Person& person) {
  return person.languages.empty() ? "en" : person.languages.front();
}

std::string phrase(const std::string& language, const std::string& english) {
  if (!language.starts_with("zh")) return english;
  const bool simplified = language.find("hans") != std::string::npos ||
                          language.find("Hans") != std::string::npos ||
                          language.find("CN") != std::string::npos;
  for (const Phrase& one : kPhrases) {
    if (english == one.english) return simplified ? one.hans : one.hant;
  }
  return english;
}

std::string title_of(const Task& task, const HouseNames& names, Time now,
                     const std::string& language) {
  std::string where = names.store(task.opening.store);
  if (!task.opening.place.empty()) where += " → " + short_place(task.opening.place);
  std::string title;
  for (const std::string& part :
       {what(task, names, language), where, by_when(task, names, now, language),
        for_whom(task, names, language)}) {
    if (part.empty()) continue;
    if (!title.empty()) title += " · ";
    title += part;
  }
  return title;
}

PushMessage message_for(const Task& task, const Person& person, Said said, const HouseNames& names,
                        Time now) {
  const std::string language = language_of(person);
  PushMessage message;
  message.task = task.id;
  message.person = person.id;
  message.title = title_of(task, names, now, language);
  message.text = body(task, said, language);
  message.priority = said == Said::holder ? 3 : 4;
  message.tags = {said == Said::ask ? "raised_hand" : said == Said::claim ? "bell" : "memo"};
  message.actions = actions(task, said, language);
  return message;
}

}  // namespace maitred
