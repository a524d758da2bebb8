// Numbers for whoever watches the house: counters, gauges and histograms, and the text that
// Prometheus reads. The door to prometheus-cpp-core (no exposer: our own web server serves it).
// A name is registered by asking for it; asking again with the same labels gives the same series.
// Labels come from closed sets (a Why, a source's name); beyond kSeriesMax a family stops growing
// and what is new is counted under the labels' value "other", so that nothing outside can fill us.
//
// Thread-safe. A handle stays valid as long as its Metrics; updating one takes no lock.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace maitred {

using MetricLabels = std::map<std::string, std::string>;

inline constexpr size_t kSeriesMax = 1000;  // of one family

class Counter {
 public:
  void add(double by = 1);  // by >= 0
  double value() const;

 private:
  friend class Metrics;
  explicit Counter(void* series) : series_(series) {}
  void* series_;
};

class Gauge {
 public:
  void set(double value);
  void add(double by);
  double value() const;

 private:
  friend class Metrics;
  explicit Gauge(void* series) : series_(series) {}
  void* series_;
};

class Histogram {
 public:
  void observe(double value);

 private:
  friend class Metrics;
  explicit Histogram(void* series) : series_(series) {}
  void* series_;
};

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Counter counter(const std::string& name, const std::string& help, MetricLabels labels = {});
  Gauge gauge(const std::string& name, const std::string& help, MetricLabels labels = {});
  // Upper bounds of the buckets, rising. The first asker of a name decides them.
  Histogram histogram(const std::string& name, const std::string& help,
                      const std::vector<double>& bounds, MetricLabels labels = {});
  // Shows the series no longer, until somebody asks for it again: what it tells of is gone.
  void hide(const std::string& name, const MetricLabels& labels);
  std::string text() const;  // exposition format 0.0.4

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

// The process' own, which every part of the house counts in.
Metrics& metrics();

}  // namespace maitred
