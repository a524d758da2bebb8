#include "base/web_server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include "base/log.h"

namespace maitred {
namespace {

constexpr size_t kConnectionMemory = 16 * 1024;  // request line and headers; over it: 414 or 431
constexpr std::chrono::seconds kStopWaitMax{2};

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

// The library prints a line for each client that leaves; that is news for nobody but us.
void log_line(void*, const char* format, va_list values) {
  char line[300];
  std::vsnprintf(line, sizeof line, format, values);
  log::write(log::Level::debug, "web.library", line);
}

template <std::map<std::string, std::string> WebRequest::*Member, bool Lower>
MHD_Result collect(void* into, MHD_ValueKind, const char* name, const char* value) {
  auto& map = static_cast<WebRequest*>(into)->*Member;
  map.emplace(Lower ? lower(name) : std::string(name), value ? value : "");
  return MHD_YES;
}

MHD_Result reply(MHD_Connection* connection, const WebResponse& answer) {
  MHD_Response* response = MHD_create_response_from_buffer(
      answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
  if (!response) return MHD_NO;
  MHD_add_response_header(response, "Content-Type", answer.content_type.c_str());
  for (const auto& [name, value] : answer.headers) {
    MHD_add_response_header(response, name.c_str(), value.c_str());
  }
  const MHD_Result queued =
      MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
  MHD_destroy_response(response);
  return queued;
}

WebResponse busy() {
  return {
      503, "text/plain; charset=utf-8", "busy: try again in a moment\n", {{"Retry-After", "1"}}};
}

tl::unexpected<Error> socket_error(const std::string& where) {
  const int number = errno;
  return fail(number == EADDRINUSE ? Fault::conflict
              : number == EACCES   ? Fault::denied
                                   : Fault::broken,
              "cannot listen on " + where + ": " + std::strerror(number));
}

// Whether a daemon listens behind the socket file; one left by a daemon that died does not answer.
bool answers(const sockaddr_un& address) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected =
      fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  if (fd >= 0) ::close(fd);
  return connected;
}

bool bind_unix(int fd, const sockaddr_un& address) {
  const auto* any = reinterpret_cast<const sockaddr*>(&address);
  if (::bind(fd, any, sizeof address) == 0) return true;
  if (errno != EADDRINUSE) return false;
  if (answers(address)) {
    errno = EADDRINUSE;
    return false;
  }
  return ::unlink(address.sun_path) == 0 && ::bind(fd, any, sizeof address) == 0;
}

Result<int> listen_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return fail(Fault::malformed,
                "cannot listen on " + path + ": the path is longer than 107 bytes");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return socket_error(path);
  if (!bind_unix(fd, address) || ::chmod(path.c_str(), 0660) != 0 || ::listen(fd, 64) != 0) {
    auto error = socket_error(path);
    ::close(fd);
    return error;
  }
  return fd;
}

Result<int> listen_tcp(const std::string& host, int port) {
  const std::string where = host + " port " + std::to_string(port);
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return fail(Fault::malformed, "cannot listen on " + where + ": not an address");
  }
  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int yes = 1;
  const bool good = fd >= 0 && ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
                    ::bind(fd, found->ai_addr, found->ai_addrlen) == 0 && ::listen(fd, 128) == 0;
  if (!good) {
    auto error = socket_error(where);
    ::freeaddrinfo(found);
    if (fd >= 0) ::close(fd);
    return error;
  }
  ::freeaddrinfo(found);
  return fd;
}

int port_of(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  if (address.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
  }
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
  }
  return 0;
}

}  // namespace

std::string WebRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

// A request's life: read (epoll thread) → waiting, its connection suspended → answered by a
// worker, which resumes the connection → sent (epoll thread) → deleted when completed.
struct WebServer::Body {
  struct Request {
    WebRequest request;
    MHD_Connection* connection = nullptr;
    bool too_big = false;
    std::optional<WebResponse> response;
  };

  WebSettings settings;
  WebHandler handler;
  MHD_Daemon* daemon = nullptr;
  int fd = -1;
  int port = 0;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Request*> waiting;
  size_t active = 0;
  bool stopping = false;
  std::stop_source stop;
  std::vector<std::jthread> workers;

  void work();
  MHD_Result on_complete_request(Request& request, MHD_Connection* connection);
  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* url,
                               const char* method, const char* version, const char* data,
                               size_t* size, void** context);
  static void on_completed(void* self, MHD_Connection*, void** context, MHD_RequestTerminationCode);
};

MHD_Result WebServer::Body::on_request(void* self, MHD_Connection* connection, const char* url,
                                       const char* method, const char*, const char* data,
                                       size_t* size, void** context) {
  Body& body = *static_cast<Body*>(self);
  if (!*context) {
    auto* fresh = new Request;
    fresh->request.method = method;
    fresh->request.path = url;
    *context = fresh;
    std::scoped_lock lock(body.mutex);
    ++body.active;
    return MHD_YES;
  }
  Request& request = *static_cast<Request*>(*context);
  if (*size > 0) {
    request.too_big =
        request.too_big || request.request.body.size() + *size > body.settings.body_max;
    if (!request.too_big) request.request.body.append(data, *size);
    *size = 0;
    return MHD_YES;
  }
  return body.on_complete_request(request, connection);
}

MHD_Result WebServer::Body::on_complete_request(Request& request, MHD_Connection* connection) {
  if (request.response) return reply(connection, *request.response);
  if (request.too_big) {
    return reply(connection, {413, "text/plain; charset=utf-8", "the request is too large\n", {}});
  }
  MHD_get_connection_values(connection, MHD_HEADER_KIND, &collect<&WebRequest::headers, true>,
                            &request.request);
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &collect<&WebRequest::query, false>,
                            &request.request);
  request.request.stop = stop.get_token();
  request.connection = connection;
  std::scoped_lock lock(mutex);
  if (stopping || waiting.size() >= settings.waiting_max) return reply(connection, busy());
  MHD_suspend_connection(connection);  // before a worker can know of it, and resume it
  waiting.push_back(&request);
  changed.notify_one();
  return MHD_YES;
}

void WebServer::Body::on_completed(void* self, MHD_Connection*, void** context,
                                   MHD_RequestTerminationCode) {
  if (!*context) return;
  Body& body = *static_cast<Body*>(self);
  delete static_cast<Request*>(*context);
  *context = nullptr;
  std::scoped_lock lock(body.mutex);
  --body.active;
  body.changed.notify_all();
}

void WebServer::Body::work() {
  for (;;) {
    Request* request = nullptr;
    bool late = false;
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return stopping || !waiting.empty(); });
      if (waiting.empty()) return;
      request = waiting.front();
      waiting.pop_front();
      late = stopping;
    }
    try {
      request->response = late ? busy() : handler(request->request);
    } catch (const std::exception& error) {
      log::error("web.handler_failed", "an answer could not be made", {{"why", error.what()}});
      request->response = WebResponse{500, "text/plain; charset=utf-8", "internal error\n", {}};
    }
    MHD_resume_connection(request->connection);  // from here on `request` may be gone
  }
}

WebServer::WebServer(WebSettings settings, WebHandler handler) : body_(std::make_unique<Body>()) {
  body_->settings = std::move(settings);
  body_->handler = std::move(handler);
}

WebServer::~WebServer() {
  stop();
}

Result<void> WebServer::start() {
  Body& body = *body_;
  const WebSettings& settings = body.settings;
  if (settings.handed_over) {
    body.fd = *settings.handed_over;
  } else if (!settings.unix_path.empty()) {
    TRY_ASSIGN(body.fd, listen_unix(settings.unix_path));
  } else {
    TRY_ASSIGN(body.fd, listen_tcp(settings.host, settings.port));
  }
  body.port = port_of(body.fd);
  body.daemon = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, nullptr,
      nullptr, &Body::on_request, &body, MHD_OPTION_EXTERNAL_LOGGER, &log_line, nullptr,
      MHD_OPTION_LISTEN_SOCKET, body.fd, MHD_OPTION_CONNECTION_LIMIT, settings.connections_max,
      MHD_OPTION_CONNECTION_TIMEOUT, static_cast<unsigned>(settings.idle_max.count()),
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemory, MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_NOTIFY_COMPLETED, &Body::on_completed, &body, MHD_OPTION_END);
  if (!body.daemon) {
    ::close(body.fd);
    return fail(Fault::broken, "cannot start the web server");
  }
  for (int i = 0; i < settings.workers; ++i) body.workers.emplace_back([&body] { body.work(); });
  return {};
}

// The library aborts the process if it is stopped with a suspended connection: so first nobody
// new, then every worker done (each resumes what it holds), then a moment for the last bytes.
void WebServer::stop() {
  Body& body = *body_;
  if (!body.daemon) return;
  const int listening = MHD_quiesce_daemon(body.daemon);
  {
    // First, lest a worker that the stop sets free begins with one that still waits in line.
    std::scoped_lock lock(body.mutex);
    body.stopping = true;
  }
  body.stop.request_stop();
  body.changed.notify_all();
  body.workers.clear();
  {
    std::unique_lock lock(body.mutex);
    body.changed.wait_for(lock, kStopWaitMax, [&] { return body.active == 0; });
  }
  MHD_stop_daemon(body.daemon);
  body.daemon = nullptr;
  if (listening >= 0) ::close(listening);
  if (!body.settings.unix_path.empty() && !body.settings.handed_over) {
    ::unlink(body.settings.unix_path.c_str());
  }
}

int WebServer::port() const {
  return body_->port;
}

}  // namespace maitred
