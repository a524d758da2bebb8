#include "dispatch/board/button_page.h"

#include <fmt/core.h>

#include "dispatch/board/board.h"

namespace maitred {
namespace {

constexpr const char* kStyle =
    "body{font:1.2em/1.4 system-ui,sans-serif;margin:0 auto;max-width:34em;padding:1em;"
    "color:#111;background:#fff}h1{font-size:1.2em}blockquote{margin:1em 0;padding-left:.8em;"
    "border-left:.25em solid #888;white-space:pre-wrap;overflow-wrap:anywhere}"
    "button{display:block;width:100%;margin:.6em 0;padding:1em;font:inherit;font-weight:bold;"
    "color:#fff;background:#14532d;border:0;border-radius:.5em}small{color:#555}";

WebResponse page(int status, const std::string& language, const std::string& title,
                 const std::string& body) {
  WebResponse response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = fmt::format(
      "<!doctype html><html lang=\"{}\"><meta charset=utf-8><meta name=viewport "
      "content=\"width=device-width\"><title>{}</title><style>{}</style>{}</html>\n",
      html_escape(language), html_escape(title), kStyle, body);
  response.headers = {{"Cache-Control", "no-store"},
                      {"Referrer-Policy", "no-referrer"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"X-Frame-Options", "DENY"},
                      {"Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"}};
  return response;
}

std::string heading(const std::string& text) {
  return "<h1>" + html_escape(text) + "</h1>";
}

// A form without an action posts to the page's own address; others name their button's.
std::string form(const std::string& label, const std::string& action) {
  const std::string target =
      action.empty() ? std::string() : fmt::format(" action=\"{}\"", html_escape(action));
  return fmt::format("<form method=post{}><button>{}</button></form>", target, html_escape(label));
}

std::string quote(const Task& task) {
  if (task.retracted || task.opening.post.text.empty()) return {};
  return "<blockquote>" + html_escape(task.opening.post.text) + "</blockquote>";
}

bool wants_json(const WebRequest& request) {
  return request.header("accept").find("application/json") != std::string::npos;
}

WebResponse outcome(const WebRequest& request, int status, const std::string& language, bool done,
                    const std::string& text, const std::string& title) {
  if (!wants_json(request)) {
    return page(status, language, text,
                heading(text) + (title.empty() ? "" : "<p>" + html_escape(title) + "</p>"));
  }
  json::Writer out;
  out.begin_object().member("done", done).member("text", text).end_object();
  return {status, "application/json", out.take() + "\n", {{"Cache-Control", "no-store"}}};
}

Said said_of(const Task& task) {
  if (task.state == TaskState::awaiting_approval) return Said::ask;
  return task.state == TaskState::open ? Said::claim : Said::holder;
}

// The label this button bore on the phone.
std::string label_of(const Button& button, const Task& task, const Person& person,
                     const HouseNames& names, Time now) {
  for (const Said said : {Said::ask, Said::claim, Said::holder}) {
    for (const PushAction& action : message_for(task, person, said, names, now).actions) {
      if (action.verb == button.verb && action.arg == button.step) return action.label;
    }
  }
  return button.step.empty() ? phrase(language_of(person), "Yes") : button.step + " ✓";
}

}  // namespace

std::string html_escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

WebResponse ButtonPage::answer(const WebRequest& request, std::string_view token) {
  const bool post = request.method == "POST";
  if (!post && request.method != "GET" && request.method != "HEAD") {
    return outcome(request, 405, "en", false, "GET or POST", {});
  }
  const auto button = parts_.buttons.read(token);
  if (!button) return outcome(request, 404, "en", false, "There is no such button.", {});
  const auto roster = parts_.staff.roster();
  const auto task = parts_.tasks.find(button->task);
  if (!roster || !task) {
    return outcome(request, 503, "en", false, "Not known yet: tap once more in a moment.", {});
  }
  const Person* person = roster->find(button->person);
  if (!person || !*task) return outcome(request, 404, "en", false, "There is no such task.", {});
  if (parts_.house.now() > button->expires) {
    const std::string language = language_of(*person);
    return outcome(request, 410, language, false, phrase(language, "This button has expired."),
                   title_of(**task, parts_.floor.names, parts_.house.now(), language));
  }
  if (!button->verb) return show(**task, *person);
  return post ? perform(request, *button) : confirm(*button, **task, *person);
}

WebResponse ButtonPage::confirm(const Button& button, const Task& task, const Person& person) {
  const std::string language = language_of(person);
  const Time now = parts_.house.now();
  const std::string label = label_of(button, task, person, parts_.floor.names, now);
  const std::string title = title_of(task, parts_.floor.names, now, language);
  return page(200, language, title,
              heading(title) + quote(task) + form(label, {}) + "<p><small>" +
                  html_escape(phrase(language, "Nothing has changed yet.")) + "</small></p>");
}

WebResponse ButtonPage::show(const Task& task, const Person& person) {
  const std::string language = language_of(person);
  const Time now = parts_.house.now();
  const std::string title = title_of(task, parts_.floor.names, now, language);
  std::string body = heading(title) + quote(task);
  if (!task.holder.empty()) {
    const auto roster = parts_.staff.roster();
    const Person* holder = roster ? roster->find(task.holder) : nullptr;
    const std::string name = holder && !holder->name.empty() ? holder->name : task.holder;
    body += "<p>" + html_escape(name + " " + phrase(language, "has it")) + "</p>";
  }
  const bool theirs = task.state != TaskState::claimed || task.holder == person.id;
  if (is_living(task.state) && theirs) {
    const PushMessage message = message_for(task, person, said_of(task), parts_.floor.names, now);
    for (const PushAction& action : message.actions) {
      if (!action.verb) continue;
      body +=
          form(action.label,
               parts_.buttons.token(parts_.buttons.make(task, person.id, action.verb, action.arg)));
    }
  } else {
    body += fmt::format("<p>{}</p>", word(task.state));
  }
  return page(200, language, title, body);
}

WebResponse ButtonPage::perform(const WebRequest& request, const Button& button) {
  Deed deed;
  deed.task = button.task;
  deed.verb = *button.verb;
  deed.staff = button.person;
  deed.cause = button.cause();
  deed.step = button.step;
  const DeedAnswer answer = parts_.deeds.perform(deed, request.stop);
  const bool done = answer.kind == DeedAnswer::Kind::done;
  const int status = done                                            ? 200
                     : answer.kind == DeedAnswer::Kind::forbidden    ? 403
                     : answer.kind == DeedAnswer::Kind::unknown_task ? 404
                     : answer.kind == DeedAnswer::Kind::unsettled    ? 202
                                                                     : 409;
  const auto roster = parts_.staff.roster();
  const Person* person = roster ? roster->find(button.person) : nullptr;
  const std::string language = person ? language_of(*person) : "en";
  const std::string title =
      answer.task ? title_of(*answer.task, parts_.floor.names, parts_.house.now(), language)
                  : std::string();
  return outcome(request, status, language, done, answer.text, title);
}

}  // namespace maitred
