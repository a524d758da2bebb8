// What is behind a button's link. GET shows a plain page with one big button and changes nothing
// (phones and mail scanners fetch links by themselves); POST does it and says what came of it, as a
// small page or, for those who accept it, as JSON. Open shows the task with what its person may do
// now. No script, one hand, English or Chinese.
//
// Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/web_server.h"
#include "dispatch/staff/buttons.h"
#include "dispatch/staff/roster.h"

namespace maitred {

struct BoardParts;

class ButtonPage {
 public:
  explicit ButtonPage(const BoardParts& parts) : parts_(parts) {}
  WebResponse answer(const WebRequest& request, std::string_view token);

 private:
  WebResponse confirm(const Button& button, const Task& task, const Person& person);
  WebResponse show(const Task& task, const Person& person);
  WebResponse perform(const WebRequest& request, const Button& button);

  const BoardParts& parts_;
};

std::string html_escape(std::string_view text);

}  // namespace maitred
