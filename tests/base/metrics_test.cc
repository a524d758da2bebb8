// Metrics: what is counted is what is shown, and no outside value can fill us.
#include "base/metrics.h"

#include <doctest/doctest.h>

using namespace maitred;

TEST_CASE("the same name and labels are the same series, and the text shows them") {
  Metrics metrics;
  metrics.counter("pushes_total", "Pushes", {{"courier", "ntfy"}}).add();
  metrics.counter("pushes_total", "Pushes", {{"courier", "ntfy"}}).add(2);
  metrics.counter("pushes_total", "Pushes", {{"courier", "console"}}).add();
  metrics.gauge("living", "Living tasks").set(7);
  metrics.histogram("seconds", "How long", {0.1, 1}).observe(0.5);
  const std::string text = metrics.text();
  for (const char* line :
       {"# HELP pushes_total Pushes", "# TYPE pushes_total counter",
        "pushes_total{courier=\"ntfy\"} 3", "pushes_total{courier=\"console\"} 1", "living 7",
        "seconds_bucket{le=\"0.1\"} 0", "seconds_bucket{le=\"1\"} 1", "seconds_count 1"}) {
    CAPTURE(line);
    CHECK(text.find(line) != std::string::npos);
  }
  CHECK(metrics.counter("pushes_total", "Pushes", {{"courier", "ntfy"}}).value() == 3);
}

TEST_CASE("a family stops growing and counts what is new as other") {
  Metrics metrics;
  for (size_t i = 0; i < kSeriesMax + 50; ++i) {
    metrics.counter("by_name", "By name", {{"name", std::to_string(i)}}).add();
  }
  CHECK(metrics.counter("by_name", "By name", {{"name", "unheard of"}}).value() == 50);
}

TEST_CASE("a series that is hidden is shown again as soon as somebody asks for it") {
  Metrics metrics;
  metrics.gauge("up", "Up", {{"broker", "1"}}).set(1);
  metrics.gauge("up", "Up", {{"broker", "2"}}).set(1);
  metrics.hide("up", {{"broker", "2"}});
  metrics.hide("unheard_of", {});
  CHECK(metrics.text().find("up{broker=\"1\"} 1") != std::string::npos);
  CHECK(metrics.text().find("broker=\"2\"") == std::string::npos);
  metrics.gauge("up", "Up", {{"broker", "2"}}).set(0);
  CHECK(metrics.text().find("up{broker=\"2\"} 0") != std::string::npos);
}
