#include "connectors/poller.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/files.h"
#include "base/http_text.h"
#include "base/json.h"
#include "base/log.h"
#include "bus/reject.h"
#include "connectors/directory.h"
#include "connectors/folder.h"

namespace maitred {
namespace {

constexpr int kPagesMax = 200;               // of one round; then the source waits its turn again
constexpr int kLooksMax = 5;                 // of one round
constexpr size_t kBatchMax = 500;            // records of one publish
constexpr size_t kRecallMin = kSeenMax / 2;  // from here on, watched posts are kept in the seen-set
constexpr std::chrono::minutes kSaveEvery{5};   // a cursor that did not move
constexpr std::chrono::seconds kGoneAgain{30};  // between the two looks that find a post gone
constexpr size_t kSessionMax = 64 * 1024;

bool is_power_of_ten(int n) {
  while (n % 10 == 0 && n > 0) n /= 10;
  return n == 1;
}

Session load_session(const std::filesystem::path& file, const std::string& token) {
  Session session;
  const auto bytes = file.empty() ? fail(Fault::missing, "no file") : read_file(file, kSessionMax);
  const auto document = json::Document::parse(bytes ? *bytes : "{}");
  if (document) {
    session.token = document->root()["token"].string();
    const json::View values = document->root()["values"];
    for (size_t i = 0; i < values.size(); ++i) {
      session.values[std::string(values.member_name(i))] = values.member_value(i).string();
    }
  }
  if (!token.empty()) session.token = token;  // what the operator configured is newer
  return session;
}

std::string to_text(const Session& session) {
  json::Writer out;
  out.begin_object().member("token", session.token).key("values").begin_object();
  for (const auto& [name, value] : session.values) out.member(name, value);
  return out.end_object().end_object().take();
}

}  // namespace

void Trouble::note(const Error& error, bool is_told) {
  const std::string now = fmt::format("{} {}", word(error.fault), error.text);
  ++count_;
  if (now == last_ || is_told) return;
  log::warning(event_, last_.empty() ? "it failed and is tried again" : "it now fails otherwise",
               {{"source", source_}, {"fault", word(error.fault)}, {"why", error.text}});
  last_ = now;
}

void Trouble::over() {
  if (count_ == 0) return;
  if (!last_.empty())
    log::notice(event_, "it works again", {{"source", source_}, {"failures", count_}});
  count_ = 0;
  last_.clear();
}

Poller::Poller(PollerSettings settings, std::unique_ptr<Connector> connector, Bus& bus,
               Clock& house, Clock& real, Fetcher& fetcher)
    : settings_(std::move(settings)),
      connector_(std::move(connector)),
      bus_(bus),
      house_(house),
      real_(real),
      fetcher_(fetcher),
      pacing_(settings_.source.every, settings_.seed),
      session_(load_session(settings_.session_file, settings_.source.token)),
      next_page_(real.now()),
      trouble_("source.failed", settings_.source.name),
      look_trouble_("look.failed", settings_.source.name),
      started_(house.now()) {
  cursor_.source = settings_.source.name;
  status_.name = settings_.source.name;
  status_.network = settings_.source.network;
}

void Poller::resume(Cursor cursor) {
  cursor_ = std::move(cursor);
  cursor_.source = settings_.source.name;
  next_page_ = real_.now();
  const std::scoped_lock lock(mutex_);
  status_.last_success = cursor_.polled_at;
}

void Poller::watch(const std::vector<WatchedPost>& posts) {
  std::map<std::string, Watch> watches;
  for (const WatchedPost& post : posts) {
    const Seen* seen = cursor_.last_seen(post.id);
    // Another source's post, or one already withdrawn.
    if (seen == nullptr || seen->local.empty() || seen->revision.ends_with('w')) continue;
    const auto known = watches_.find(post.id);
    const Time next =
        known != watches_.end()
            ? known->second.next
            : real_.now() + look_interval(house_.now() - post.since, settings_.look_min);
    watches[post.id] = {post, next, known != watches_.end() ? known->second.gone : 0};
  }
  watches_ = std::move(watches);
  const std::scoped_lock lock(mutex_);
  status_.watched = watches_.size();
}

Time Poller::round(std::stop_token stop) {
  if (real_.now() >= next_page_) ask_pages(stop);
  if (trouble_.count() == 0 && !stop.stop_requested()) look_again(stop);
  return next_due();
}

Time Poller::next_due() const {
  Time due = next_page_;
  if (trouble_.count() > 0) return due;
  for (const auto& [id, watch] : watches_) due = std::min(due, watch.next);
  return due;
}

void Poller::ask_pages(std::stop_token stop) {
  Result<bool> more = true;
  for (int pages = 0; more && *more && pages < kPagesMax; ++pages) {
    more = ask_page(stop);
    if (stop.stop_requested()) return;
  }
  if (more) {
    trouble_.over();
    next_page_ = pacing_.after_success(real_.now(), limit_wait_);
  } else {
    trouble_.note(more.error(), has_said_why(bus_));
    next_page_ = pacing_.after_failure(real_.now(), more.error());
  }
  const std::scoped_lock lock(mutex_);
  ++status_.polls;
  status_.failures = trouble_.count();
  if (more) {
    status_.last_success = house_.now();
    status_.last_error.clear();
  } else {
    ++status_.failed_polls;
    status_.last_error = fmt::format("{}: {}", word(more.error().fault), more.error().text);
  }
}

Result<bool> Poller::ask_page(std::stop_token stop) {
  const Ask ask = connector_->ask(cursor_.at, session_);
  TRY_ASSIGN(const std::optional<Answer> answer, answer_to(ask, stop));
  if (!answer) {
    TRY(save(cursor_, false));
    return false;
  }
  auto page = connector_->parse(ask, *answer, cursor_.at, session_);
  if (!page) {
    if (page.error().fault == Fault::malformed) TRY(keep_page(*answer, page.error()));
    return tl::unexpected(page.error());
  }
  unreadable_ = 0;
  const bool more = page->more;
  TRY(take(std::move(*page)));
  return more;
}

Result<std::optional<Answer>> Poller::answer_to(const Ask& ask, std::stop_token stop) {
  limit_wait_.reset();
  if (!ask.directory.empty()) {
    TRY_ASSIGN(std::optional<Answer> slice, read_directory(ask, kSliceMax, kFilesMax));
    if (slice) slice->at = house_.now();
    return slice;
  }
  HttpRequest request;
  request.method = ask.method;
  request.url = ask.url;
  request.headers = ask.headers;
  request.body = ask.body;
  request.trusted = host_of(ask.url) == settings_.source.host;
  request.plain = settings_.source.plain;
  request.tick = settings_.tick;
  TRY_ASSIGN(HttpAnswer got, fetcher_.fetch(request, stop));
  Answer answer;
  answer.status = got.status;
  answer.headers = std::move(got.headers);
  answer.body = std::move(got.body);
  answer.at = house_.now();
  answer.received = real_.now();
  limit_wait_ = rate_limit_wait(answer);
  return answer;
}

// The first, tenth, hundredth … time: what fails for a day is kept, and does not fill the log.
Result<void> Poller::keep_page(const Answer& answer, const Error& error) {
  if (!is_power_of_ten(++unreadable_)) return {};
  const std::string& name = settings_.source.name;
  return publish(Topic::rejects,
                 {make_record(settings_.names, {name, "source:" + name, "page", error.text,
                                                unreadable_, answer.body})});
}

Result<void> Poller::take(Page page) {
  const std::string& name = settings_.source.name;
  Cursor next = cursor_;
  std::vector<Record> mentions, rejects;
  SourceStatus news;
  for (const Mention& mention : page.mentions) {
    if (next.has_seen(mention.id, mention.revision)) continue;
    const auto local = page.local.find(mention.id);
    next.remember(mention.id, mention.revision, local == page.local.end() ? "" : local->second);
    mentions.push_back(make_record(settings_.names, Topic::mentions, record_key(mention),
                                   cause_of(mention), to_json(mention)));
  }
  for (Rejected& item : page.rejected) {
    if (!item.id.empty() && next.has_seen(item.id, "!" + item.reason)) continue;
    if (!item.id.empty()) next.remember(item.id, "!" + item.reason);
    ++news.rejected[item.reason];
    rejects.push_back(make_record(settings_.names, {name, "source:" + name, item.reason,
                                                    item.detail, 1, std::move(item.bytes)}));
  }
  for (const Dropped& item : page.dropped) {
    if (next.has_seen(item.id, "!" + item.reason)) continue;
    next.remember(item.id, "!" + item.reason);
    ++news.dropped[item.reason];
  }
  if (next.seen.size() > kRecallMin) {
    std::set<std::string_view> watched;
    for (const auto& [id, watch] : watches_) watched.insert(id);
    next.keep(watched);
  }
  TRY(publish(Topic::mentions, mentions));
  TRY(publish(Topic::rejects, rejects));
  if (page.session) TRY(open_session(*page.session));
  const bool moved = next.at != page.cursor || !mentions.empty() || !rejects.empty();
  next.at = page.cursor;
  TRY(save(std::move(next), moved));

  const std::scoped_lock lock(mutex_);
  status_.published += static_cast<int64_t>(mentions.size());
  status_.offered += static_cast<int64_t>(mentions.size() + rejects.size());
  for (const auto& [reason, count] : news.rejected) status_.rejected[reason] += count;
  for (const auto& [reason, count] : news.dropped) {
    status_.dropped[reason] += count;
    status_.offered += count;
  }
  if (!mentions.empty()) status_.last_mention = house_.now();
  return {};
}

Result<void> Poller::publish(Topic topic, const std::vector<Record>& records) {
  for (size_t at = 0; at < records.size(); at += kBatchMax) {
    settings_.tick();
    const std::span<const Record> batch(&records[at], std::min(kBatchMax, records.size() - at));
    auto done = bus_.publish(settings_.names.name(topic), batch);
    if (!done) return fail("the bus did not take it", std::move(done).error());
  }
  return {};
}

Result<void> Poller::save(Cursor next, bool must) {
  next.polled_at = house_.now();
  if (must || !saved_at_ || real_.now() - *saved_at_ >= kSaveEvery) {
    const std::string id =
        fmt::format("{}/{}", next.source, next.polled_at->time_since_epoch().count());
    TRY(publish(Topic::cursors,
                {make_record(settings_.names, Topic::cursors, next.source, id, to_json(next))}));
    saved_at_ = real_.now();
  }
  cursor_ = std::move(next);
  return {};
}

Result<void> Poller::open_session(const Session& session) {
  session_ = session;
  if (settings_.session_file.empty()) return {};
  return replace_file(settings_.session_file, to_text(session), 0600);
}

void Poller::look_again(std::stop_token stop) {
  int looks = 0;
  for (auto& [id, watch] : watches_) {
    if (watch.next > real_.now()) continue;
    if (++looks > kLooksMax || stop.stop_requested()) return;
    const Seen* seen = cursor_.last_seen(id);
    watch.next = real_.now() + look_interval(house_.now() - watch.post.since, settings_.look_min);
    if (seen == nullptr || seen->revision.ends_with('w')) continue;
    const auto looked = look_at(watch, Seen(*seen), stop);
    if (stop.stop_requested()) return;
    if (looked) {
      look_trouble_.over();
      continue;
    }
    look_trouble_.note(looked.error());
    if (looked.error().fault == Fault::throttled) {
      next_page_ = std::max(next_page_, pacing_.after_failure(real_.now(), looked.error()));
      for (auto& [other, waiting] : watches_) waiting.next = std::max(waiting.next, next_page_);
      return;
    }
  }
}

Result<void> Poller::look_at(Watch& watch, const Seen& seen, std::stop_token stop) {
  const auto ask = connector_->look({{seen.id, seen.local}}, session_);
  if (!ask) return {};
  TRY_ASSIGN(const std::optional<Answer> answer, answer_to(*ask, stop));
  if (!answer) return {};
  TRY_ASSIGN(Page page, connector_->parse(*ask, *answer, cursor_.at, session_));
  if (std::ranges::find(page.gone, seen.id) == page.gone.end()) {
    watch.gone = 0;
    return take(std::move(page));
  }
  if (++watch.gone < 2) {
    watch.next = std::min<Time>(watch.next,
                                real_.now() + std::min<Duration>(kGoneAgain, settings_.look_min));
    return {};
  }
  return withdraw(watch);
}

// The withdrawn post says nothing any more: what it said is not ours to repeat.
Result<void> Poller::withdraw(const Watch& watch) {
  const Seen* seen = cursor_.last_seen(watch.post.id);
  if (seen == nullptr) return {};
  Mention mention;
  mention.id = watch.post.id;
  mention.revision = revision_of_withdrawal(seen->revision);
  mention.source = settings_.source.name;
  mention.network = settings_.source.network;
  mention.url = watch.post.url;
  mention.author.id = watch.post.author;
  mention.seen_at = house_.now();
  mention.withdrawn = true;
  Page page;
  page.mentions = {mention};
  page.cursor = cursor_.at;
  return take(std::move(page));
}

SourceStatus Poller::status() const {
  const std::scoped_lock lock(mutex_);
  SourceStatus status = status_;
  const auto expected = settings_.source.expect_within;
  status.silent =
      expected.count() > 0 && house_.now() - status.last_mention.value_or(started_) > expected;
  return status;
}

}  // namespace maitred
