#include "demo/phone.h"

#include <sstream>

#include "base/json.h"
#include "dispatch/board/button_page.h"

namespace maitred::demo {
namespace {

constexpr std::string_view kBegins = "→ ";
constexpr std::string_view kIndent = "    ";

// "[Claim]  maitred tasks claim t9m3r --as anna --step cook"
std::optional<PhoneButton> button_from(std::string_view line) {
  const size_t close = line.find("]  maitred tasks ");
  if (!line.starts_with('[') || close == std::string_view::npos) return {};
  PhoneButton button;
  button.label = line.substr(1, close - 1);
  button.shell = line.substr(close + 3);
  std::istringstream words(button.shell);
  std::string skipped;
  words >> skipped >> skipped >> button.deed >> button.task;
  constexpr std::string_view kStep = " --step ";
  if (const size_t step = button.shell.find(kStep); step != std::string::npos) {
    button.deed = button.shell.substr(step + kStep.size());
    std::erase(button.deed, '\'');  // as the shell would
  }
  return button;
}

HttpRequest request_to(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.trusted = true;
  request.plain = true;
  request.limits.total = Duration(15'000);
  return request;
}

}  // namespace

const PhoneButton* Phone::button(std::string_view deed) const {
  for (const PhoneButton& one : buttons) {
    if (one.deed == deed) return &one;
  }
  return nullptr;
}

std::optional<Phone> PhoneReader::take(const std::string& line) {
  if (line.starts_with(kBegins)) {
    const std::string_view rest = std::string_view(line).substr(kBegins.size());
    const size_t colon = rest.find(": ");
    if (colon == std::string_view::npos) return {};
    phone_ =
        Phone{std::string(rest.substr(0, colon)), std::string(rest.substr(colon + 2)), {}, {}, {}};
    return {};
  }
  if (!phone_ || !line.starts_with(kIndent)) return {};
  const std::string rest = line.substr(kIndent.size());
  if (auto button = button_from(rest)) {
    phone_->buttons.push_back(std::move(*button));
  } else if (!phone_->buttons.empty() && rest.starts_with("http")) {
    phone_->link = rest;
    return std::exchange(phone_, std::nullopt);
  } else {
    phone_->text.push_back(rest);
  }
  return {};
}

void show(Terminal& terminal, const Phone& phone, const std::string& language, bool again) {
  const std::string whose =
      language.starts_with("zh") ? phone.person + " 的手機 " : phone.person + "'s phone ";
  std::string top = "       ╭─ " + whose;
  while (columns_of(top) < kColumns) top += "─";
  terminal.line(top, Ink::cyan);
  const std::string side = "       " + terminal.inked("│", Ink::cyan) + " ";
  const auto inside = [&](const std::string& text, Ink ink) {
    for (const std::string& part : wrap(text, kColumns - 9)) {
      terminal.line(side + terminal.inked(part, ink));
    }
  };
  if (again) {
    inside(fit(phone.title, kColumns - 9), Ink::bold);
  } else {
    inside(phone.title, Ink::bold);
    for (const std::string& text : phone.text) inside(text, Ink::plain);
  }
  size_t widest = 0;
  for (const PhoneButton& button : phone.buttons) {
    widest = std::max(widest, columns_of(button.label));
  }
  for (const PhoneButton& button : phone.buttons) {
    const std::string label = fit("[" + button.label + "]", widest + 4);
    const bool fits = columns_of(label) + columns_of(button.shell) <= kColumns - 9;
    terminal.line(side + terminal.inked(label, Ink::green) +
                  (fits ? terminal.inked(button.shell, Ink::dim) : ""));
    if (!fits) terminal.line(side + "  " + terminal.inked(button.shell, Ink::dim));
  }
  terminal.line("       " + terminal.inked("╰ ", Ink::cyan) + phone.link);
}

Result<std::string> find_button(Fetcher& fetcher, const Phone& phone, const PhoneButton& button) {
  TRY_ASSIGN(const HttpAnswer page, fetcher.fetch(request_to(phone.link), {}));
  TRY(check_status(page));
  // <form method=post action="TOKEN"><button>LABEL</button></form>
  const size_t label = page.body.find("<button>" + html_escape(button.label) + "</button>");
  const size_t action = label == std::string::npos ? label : page.body.rfind("action=\"", label);
  if (action == std::string::npos) {
    return fail(Fault::missing, "the page behind the link has no button [" + button.label + "]");
  }
  const size_t begin = action + 8;
  const std::string token = page.body.substr(begin, page.body.find('"', begin) - begin);
  return phone.link.substr(0, phone.link.rfind('/') + 1) + token;
}

Result<Pressed> press(Fetcher& fetcher, const std::string& url) {
  HttpRequest request = request_to(url);
  request.method = "POST";
  request.headers = {{"Accept", "application/json"}};
  TRY_ASSIGN(const HttpAnswer answer, fetcher.fetch(request, {}));
  TRY_ASSIGN(const json::Document document, json::Document::parse(answer.body));
  return Pressed{document.root()["done"].boolean(), std::string(document.root()["text"].string())};
}

}  // namespace maitred::demo
