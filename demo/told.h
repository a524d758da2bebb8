// What is told: readings, events and pushes in a few words for who watches the demo. Nothing is
// decided or remembered here.
//
// Pure.
#pragma once

#include <string>

#include "base/zone.h"
#include "bus/push.h"
#include "bus/task_event.h"
#include "bus/verdict.h"

namespace maitred::demo {

// "request · porterhouse · EWR Newark Liberty · c-peter, known by handle"
std::string understood(const Reading& reading, const Identity& identity);

// ", due 20:05", with day and city where the window's zone is not the house's own; or nothing.
std::string due_text(const Opening& opening, const Zone& house);

// "claimed by anna"; empty = nothing that was not told with the verdict.
std::string told(const TaskEvent& event);

// Only what no phone shows by itself: that one was cleared, or could not be reached.
std::string told(const Push& push);

}  // namespace maitred::demo
