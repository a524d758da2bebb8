#include "demo/evening.h"

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "base/zone.h"
#include "daemon/wiring.h"

namespace maitred::demo {

volatile std::sig_atomic_t interrupted = 0;

namespace {

constexpr Duration kLook{30};  // real time between two looks at everything
constexpr const char* kPrompt = "Type a post of your own: ";

// As people name a file from where they are.
std::string near(const std::filesystem::path& path) {
  std::error_code none;
  const auto relative = std::filesystem::relative(path, none);
  return none || relative.empty() ? path.string() : relative.string();
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.pop_back();
  text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

}  // namespace

Result<void> Evening::play() {
  TRY_ASSIGN(house_, open_house_clock(stage_.configuration()));
  TRY_ASSIGN(bus_, open_bus(stage_.configuration(), false, *house_));
  audience_ =
      std::make_unique<Audience>(*bus_, stage_.configuration(), terminal_,
                                 [this](const Mention& mention) { return explain(mention); });
  curtain_ = house_->now();
  staff_ =
      std::make_unique<Staff>(settings_.once ? script_.parts : std::vector<Part>{}, curtain_,
                              stage_, [this](const std::string& task) { return post_of(task); });
  for (const Post& post : script_.posts) audience_->heading(post.mention.text, post.heading);
  TRY(audience_->sit_down());
  welcome();
  while (!interrupted && !is_over()) TRY(step());
  terminal_.prompt({});
  return {};
}

void Evening::welcome() {
  const Configuration& config = stage_.configuration();
  const bool on_kafka = config.bus == "kafka";
  terminal_.rule();
  terminal_.line("maitred: an evening in the house, a minute a second", Ink::bold);
  terminal_.say("", fmt::format("It is {} in {}; the daemon runs, its {} lie in {}.",
                                audience_->clock(curtain_), config.reading.brand_zone,
                                on_kafka ? "books" : "log and books", near(config.state)));
  if (on_kafka) {
    terminal_.say("", "Its log is on a Kafka; in another terminal:");
    terminal_.line(fmt::format("  kcat -C -b {} -t {}", config.kafka.settings.brokers.front(),
                               config.topics.name(Topic::tasks)));
  }
  if (config.clock.rate != 60)
    terminal_.say("", fmt::format("House time runs {:g} times.", config.clock.rate));
  if (!settings_.once) {
    terminal_.say("",
                  "You are the staff: open a phone's link in a browser and press a button, or "
                  "type the line beside it in another terminal, after:");
    terminal_.line(fmt::format("  export MAITRED_CONFIG={}", stage_.config_file().string()));
    terminal_.line(fmt::format("  PATH={}:$PATH", stage_.programs().string()));
  }
  terminal_.rule();
}

Result<void> Evening::step() {
  TRY(post_what_is_due());
  for (const std::string& line : stage_.new_lines()) {
    if (auto phone = phones_.take(line)) audience_->phone(std::move(*phone));
  }
  TRY(audience_->watch(kLook));
  for (const Phone& phone : audience_->rung()) staff_->ring(phone, house_->now());
  for (const Deed& deed : staff_->act(house_->now())) audience_->deed(deed, house_->now());
  if (settings_.may_type && all_posted() && all_told()) TRY(typed());
  if (!stage_.is_running()) {
    return fail(Fault::broken, "the daemon ended by itself; it said:\n" + stage_.log_end());
  }
  return {};
}

Result<void> Evening::post_what_is_due() {
  while (!all_posted() && house_->now() >= curtain_ + script_.posts[posted_].at) {
    TRY(post(script_.posts[posted_]));
    ++posted_;
  }
  return {};
}

Result<void> Evening::post(const Post& post) {
  if (post.by.empty()) {
    Mention mention = post.mention;
    mention.posted_at = house_->now();
    return stage_.drop(mention);
  }
  TRY_ASSIGN(const Said said,
             stage_.command({"tasks", "open", post.mention.text, "--as", post.by}));
  if (said.status == 0) return {};
  return fail(Fault::broken, "maitred tasks open: " + said.out);
}

bool Evening::all_told() const {
  const Chronicle& chronicle = audience_->chronicle();
  if (chronicle.order().size() < script_.posts.size()) return false;
  return std::ranges::all_of(chronicle.order(), [&](const std::string& id) {
    const Story* story = chronicle.story(id);
    if (!story->verdict) return false;
    const TaskStory* task = chronicle.task_of(*story);
    return !task || !task->told.empty() || !is_living(task->task.state);
  });
}

bool Evening::is_over() {
  if (house_->now() > curtain_ + script_.curtain && !settings_.may_type) return true;
  if (!all_posted() || !all_told()) return false;
  if (settings_.once) return staff_->finished();
  return settings_.may_type ? typing_ended_ : true;
}

void Evening::invite() {
  invited_ = true;
  terminal_.line();
  terminal_.rule();
  terminal_.say("",
                "Now you. In English or Chinese; name the house (Morton's, 莫頓), or it is none of "
                "our business. A line that begins with maitred is a command, as on the phones. "
                "An empty line ends the evening.");
  terminal_.rule();
  terminal_.prompt(kPrompt);
}

Result<void> Evening::typed() {
  if (!invited_) invite();
  pollfd input{STDIN_FILENO, POLLIN, 0};
  while (!typing_ended_ && ::poll(&input, 1, 0) > 0) {
    char piece[4096];
    const ssize_t got = read(STDIN_FILENO, piece, sizeof piece);
    if (got <= 0) typing_ended_ = true;
    if (got > 0) half_line_.append(piece, static_cast<size_t>(got));
    for (size_t end; !typing_ended_ && (end = half_line_.find('\n')) != std::string::npos;) {
      const std::string line = trimmed(half_line_.substr(0, end));
      half_line_.erase(0, end + 1);
      terminal_.line_was_typed();
      TRY(obey(line));
    }
  }
  return {};
}

// A post; or, for who has no second terminal, one of the shell lines; or nothing more.
Result<void> Evening::obey(const std::string& line) {
  if (line.empty()) {
    typing_ended_ = true;
    return {};
  }
  if (line.starts_with("maitred ")) {
    TRY_ASSIGN(const Said said, stage_.shell(line));
    std::istringstream lines(said.out);
    for (std::string one; std::getline(lines, one);) terminal_.line(one);
    return {};
  }
  Mention mention;
  mention.network = "folder";
  mention.author.handle = fmt::format("guest-{}", ++guests_);
  mention.author.id = mention.author.handle;
  mention.text = line;
  mention.posted_at = house_->now();
  return stage_.drop(mention);
}

// The log keeps the verdict of what is not ours short; `maitred explain` tells the reason.
std::string Evening::explain(const Mention& mention) {
  const auto said = stage_.command({"explain", "--json"}, to_json(mention) + "\n");
  const size_t begin = said ? said->out.find('{') : std::string::npos;
  if (begin == std::string::npos) return {};
  const auto document =
      json::Document::parse(said->out.substr(begin, said->out.find('\n', begin) - begin));
  return document ? std::string(document->root()["note"].string()) : std::string();
}

std::string Evening::post_of(const std::string& task) const {
  const TaskStory* story = audience_->chronicle().task(audience_->task_named(task));
  if (!story) return {};
  for (const Post& post : script_.posts) {
    if (post.mention.text == story->task.opening.post.text) return post.name;
  }
  return {};
}

Result<bool> Evening::finish() {
  if (interrupted) terminal_.line("\nInterrupted: the daemon is asked to end.");
  stage_.stop();
  if (interrupted) return false;
  if (!settings_.once && !settings_.may_type) {
    terminal_.say("", "\nStandard input is no terminal, so nobody can type a post here.");
  }
  TRY_ASSIGN(const Chronicle chronicle, Chronicle::read(*bus_, stage_.configuration().topics));
  summary(chronicle);
  if (!settings_.once) return true;
  TRY_ASSIGN(const auto expected,
             load_expected(stage_.config_file().parent_path() / "expected.toml"));
  std::vector<std::string> findings = staff_->unfinished();
  for (std::string& finding : judge(expected, chronicle)) findings.push_back(std::move(finding));
  for (const std::string& finding : findings) terminal_.say("✗ ", finding, Ink::red);
  if (findings.empty()) {
    terminal_.say("✓ ",
                  fmt::format("The log says that all {} posts ended as expected.toml has it.",
                              expected.size()),
                  Ink::green);
  }
  return findings.empty();
}

void Evening::summary(const Chronicle& chronicle) {
  const auto row = [&](const std::string& post, const std::string& why, const std::string& task,
                       const std::string& store, const std::string& state, const std::string& since,
                       Ink ink) {
    terminal_.line(fit(post, 24) + " " + fit(why, 10) + " " + fit(task, 5) + " " + fit(store, 13) +
                       " " + fit(state, 17) + " " + since,
                   ink);
  };
  terminal_.line();
  terminal_.rule();
  row("what was posted", "became", "task", "at", "is now", "since", Ink::bold);
  for (const std::string& id : chronicle.order()) {
    const Story& story = *chronicle.story(id);
    const TaskStory* task = chronicle.task_of(story);
    const std::string why = story.verdict ? word(story.verdict->why) : "–";
    if (task) {
      row(story.mention.text, why, short_id(task->task.id), task->task.opening.store,
          word(task->task.state), audience_->clock(task->task.changed_at), Ink::plain);
    } else {
      row(story.mention.text, why, "–", "–", "–", audience_->clock(story.decided_at), Ink::dim);
    }
  }
  terminal_.rule();
}

}  // namespace maitred::demo
