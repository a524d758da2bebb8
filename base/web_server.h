// A small HTTP server: the door to libmicrohttpd. One epoll thread reads requests and writes
// answers; handlers run on a few worker threads of our own, with the connection suspended
// meanwhile, so that one that waits for the log freezes nobody. Everything is bounded: body,
// header, connections, waiting requests (beyond: 503 with Retry-After), idle time.
//
// The handler is called by several workers at once. start and stop belong to one thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace maitred {

struct WebRequest {
  std::string method;
  std::string path;                            // percent-decoded, without the query
  std::map<std::string, std::string> query;    // decoded; the first of each name
  std::map<std::string, std::string> headers;  // names in lower case; the first of each name
  std::string body;
  std::stop_token stop;  // requested when the server stops: a handler then ends early
  std::string header(const std::string& lower_case_name) const;  // or empty
};

struct WebResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
};

using WebHandler = std::function<WebResponse(const WebRequest&)>;

struct WebSettings {
  std::string unix_path;                // a UNIX socket, mode 0660; else TCP on host and port
  std::optional<int> handed_over = {};  // a listening socket somebody else opened (systemd)
  std::string host = "127.0.0.1";       // an address, not a name; "::" and "0.0.0.0" are every
  int port = 0;                         // 0 = any that is free
  size_t body_max = 64 * 1024;
  unsigned connections_max = 256;
  size_t waiting_max = 64;  // requests that wait for a worker
  int workers = 4;
  std::chrono::seconds idle_max{30};
};

class WebServer {
 public:
  WebServer(WebSettings settings, WebHandler handler);
  ~WebServer();
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  Result<void> start();  // conflict: the address is in use
  void stop();           // within some 2 s; answers under way are finished if they are quick
  int port() const;      // the real one, once started; 0 for a UNIX socket

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace maitred
