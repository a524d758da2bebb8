// `maitred tasks …`: what staff do without a phone, through the daemon's UNIX socket. The daemon
// decides and says so in a sentence; this file asks, prints, and picks the exit code.
#include <fmt/core.h>

#include <functional>

#include "daemon/commands/all.h"
#include "daemon/local_api.h"
#include "daemon/wiring.h"

namespace maitred {
namespace {

// 202 = the log has not answered yet: the same once more is safe.
int exit_code(int status) {
  if (status == 202) return kExitTemporary;
  if (status >= 500) return kExitUnavailable;
  return status < 300 ? kExitOk : kExitRefused;
}

// Asks, prints the body as it came with --json, else by `print`; refusals go to standard error.
int converse(const Args& args, const std::string& method, const std::string& path,
             const std::string& body, const std::function<void(json::View)>& print) {
  int code = kExitOk;
  const auto talk = [&](const std::string& socket) -> Result<void> {
    TRY_ASSIGN(const LocalReply reply, ask_daemon(socket, method, path, body));
    code = exit_code(reply.status);
    const json::View root = reply.document.root();
    if (args.has("--json")) {
      fmt::print("{}", reply.body);
    } else if (code == kExitOk) {
      print(root);
    } else {
      fmt::print(stderr, "maitred: {}\n", root["error"].string("it cannot be done"));
    }
    return {};
  };
  if (args.has("--socket")) {
    const auto done = talk(args.get("--socket"));
    return done ? code : report(done.error()) == kExitTemporary ? kExitUnavailable : kExitRefused;
  }
  const int outer = with_configuration(args, [&](const Configuration& configuration) {
    return talk(configuration.web.socket.string());
  });
  if (outer == kExitTemporary) return kExitUnavailable;
  return outer == kExitOk ? code : outer;
}

std::string state_text(json::View task) {
  const std::string_view state = task["state"].string();
  return std::string(state == "awaiting_approval" ? "approval" : state);
}

void print_row(json::View task) {
  fmt::print("{:<7} {:<8} {:<9.9} {:.53}\n", task["short_id"].string(), state_text(task),
             task["holder"].string("-"), task["title"].string());
}

void print_list(json::View root) {
  const json::View tasks = root["tasks"];
  if (tasks.size() == 0) return fmt::print("no tasks\n");
  fmt::print("{:<7} {:<8} {:<9} {}\n", "task", "state", "holder", "what · where · when · whom");
  for (size_t i = 0; i < tasks.size(); ++i) print_row(tasks.at(i));
}

// "2026-03-05T23:30:00Z" for people.
std::string time_text(json::View at) {
  std::string text(at.string().substr(0, 16));
  if (text.size() == 16) text[10] = ' ';
  return text + " UTC";
}

void print_task(json::View root) {
  const json::View task = root["task"];
  const json::View opening = task["opening"];
  fmt::print("{}\n  {}\n", root["title"].string(), task["id"].string());
  fmt::print("  state    {}", task["state"].string());
  if (task["holder"]) fmt::print(" by {}", task["holder"].string());
  if (root["next_step"]) fmt::print(", next: {}", root["next_step"].string());
  fmt::print("\n  store    {}\n", opening["store"].string());
  if (opening["window"]["due"]) fmt::print("  due      {}\n", time_text(opening["window"]["due"]));
  fmt::print("  post     {}\n", opening["post"]["text"].string());
  if (opening["post"]["url"]) fmt::print("           {}\n", opening["post"]["url"].string());
  const json::View history = task["history"];
  fmt::print("\n");
  for (size_t i = 0; i < history.size(); ++i) {
    const json::View line = history.at(i);
    const std::string_view who = line["by"]["id"].string(line["by"]["kind"].string());
    fmt::print("  {}  {:<11} {:<10} {}\n", time_text(line["at"]), line["verb"].string(), who,
               line["text"].string());
  }
  const json::View pushes = root["pushes"];
  if (pushes.size() > 0) fmt::print("\n");
  for (size_t i = 0; i < pushes.size(); ++i) {
    const json::View push = pushes.at(i);
    fmt::print("  {}  pushed      {:<10} {} by {}: {}\n", time_text(push["at"]),
               push["person"].string(), push["step"].string(), push["courier"].string(),
               push["state"].string());
  }
}

int run_list(const Args& args) {
  const std::string path =
      fmt::format("/api/v1/tasks?state={}&store={}", args.get("--state"), args.get("--store"));
  return converse(args, "GET", path, {}, print_list);
}

int run_show(const Args& args) {
  return converse(args, "GET", "/api/v1/tasks/" + args.get("ID"), {}, print_task);
}

int run_open(const Args& args) {
  json::Writer body;
  body.begin_object().member("as", args.get("--as")).member("text", args.get("TEXT")).end_object();
  return converse(args, "POST", "/api/v1/tasks", body.take(), [](json::View root) {
    fmt::print("noted: {} (if it becomes a task: {})\n", root["mention"].string(),
               root["task"].string());
  });
}

int run_deed(const Args& args, const char* deed) {
  json::Writer body;
  body.begin_object().member("as", args.get("--as"));
  body.member_if("reason", args.get("--reason")).member_if("step", args.get("--step"));
  if (args.has("--sum")) {
    char* end = nullptr;
    const std::string text = args.get("--sum");
    const double sum = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0') {
      fmt::print(stderr, "maitred: --sum: not a number: '{}'\n", text);
      return kExitUsage;
    }
    body.member("sum", sum);
  }
  body.end_object();
  const std::string path = fmt::format("/api/v1/tasks/{}/{}", args.get("ID"), deed);
  return converse(args, "POST", path, body.take(), [](json::View root) {
    fmt::print("{}\n", root["text"].string());
    if (root["task"]) print_row(root["task"]);
  });
}

int run_claim(const Args& args) {
  return run_deed(args, "claim");
}
int run_refuse(const Args& args) {
  return run_deed(args, "refuse");
}
int run_release(const Args& args) {
  return run_deed(args, "release");
}
int run_approve(const Args& args) {
  return run_deed(args, "approve");
}
int run_decline(const Args& args) {
  return run_deed(args, "decline");
}
int run_progress(const Args& args) {
  return run_deed(args, "progress");
}
int run_finish(const Args& args) {
  return run_deed(args, "finish");
}
int run_drop(const Args& args) {
  return run_deed(args, "drop");
}

const Option kSocket{"--socket", "PATH", "the daemon's socket, instead of the config's"};
const Option kJson{"--json", "", "the daemon's answer as JSON"};
const Option kAs{"--as", "STAFF", "the id of who does it, as in staff.csv", true};
const Option kId{"ID", "", "the task; as much of its id as only one living task has", true};

Command deed(const char* name, const char* summary, const char* help, int (*run)(const Args&),
             std::vector<Option> more = {}) {
  std::vector<Option> options{kId, kAs, config_option(), kSocket, kJson};
  options.insert(options.end(), more.begin(), more.end());
  return {{"tasks", name}, kForStaff, summary, help, std::move(options), run};
}

}  // namespace

std::span<const Command> tasks_commands() {
  static const Option reason{"--reason", "TEXT", "why, for the history"};
  static const std::vector<Command> commands{
      {{"tasks", "list"},
       kForStaff,
       "List the living tasks",
       "One line a task: what, where, by when, for whom, and who has it.\n\n"
       "  maitred tasks list --store hackensack\n  maitred tasks list --state done --json",
       {{"--state", "STATE", "living, all, awaiting_approval, open, claimed, done, dropped", false,
         false, "living"},
        {"--store", "STORE", "only this store's"},
        config_option(),
        kSocket,
        kJson},
       run_list},
      {{"tasks", "show"},
       kForStaff,
       "Show one task with its whole history and every push",
       "  maitred tasks show t9m3r",
       {kId, config_option(), kSocket, kJson},
       run_show},
      {{"tasks", "open"},
       kForStaff,
       "Open a task in the words a guest would use",
       "The words go the way every post goes, and may open nothing: `maitred why` says.\n\n"
       "  maitred tasks open --as anna \"a coffee at table 4 at 13:10\"",
       {{"TEXT", "", "what is wanted, where and when", true}, kAs, config_option(), kSocket, kJson},
       run_open},
      deed("claim", "Take a task", "  maitred tasks claim t9m3r --as anna", run_claim),
      deed("refuse", "Say that you cannot take it", "  maitred tasks refuse t9m3r --as anna",
           run_refuse, {reason}),
      deed("release", "Give back a task you claimed", "  maitred tasks release t9m3r --as anna",
           run_release, {reason}),
      deed("approve", "Approve what is to be given",
           "  maitred tasks approve t9m3r --as carla --sum 40", run_approve,
           {{"--sum", "SUM", "another sum than the one asked for"}}),
      deed("decline", "Decline what is to be given", "  maitred tasks decline t9m3r --as carla",
           run_decline, {reason}),
      deed("progress", "Report a step as done",
           "Without --step it is the next one.\n\n  maitred tasks progress t9m3r --as anna",
           run_progress, {{"--step", "STEP", "which one"}}),
      deed("finish", "Close a task: it is done", "  maitred tasks finish t9m3r --as anna",
           run_finish),
      deed("drop", "Close a task that will not be done",
           "  maitred tasks drop t9m3r --as carla --reason \"flight cancelled\"", run_drop,
           {reason}),
  };
  return commands;
}

}  // namespace maitred
