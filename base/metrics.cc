#include "base/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <set>

namespace maitred {

struct Metrics::Body {
  prometheus::Registry registry;
  std::mutex mutex;
  std::map<std::string, std::set<MetricLabels>> series;
  std::map<std::string, std::set<MetricLabels>> hidden;

  // The labels themselves, or "other" for each once the family is full.
  MetricLabels bounded(const std::string& name, MetricLabels labels) {
    std::scoped_lock lock(mutex);
    std::set<MetricLabels>& known = series[name];
    if (const auto found = hidden.find(name); found != hidden.end()) found->second.erase(labels);
    if (known.contains(labels) || known.size() < kSeriesMax) {
      known.insert(labels);
      return labels;
    }
    for (auto& [label, value] : labels) value = "other";
    return labels;
  }
};

Metrics::Metrics() : body_(std::make_unique<Body>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, MetricLabels labels) {
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(body_->registry);
  return Counter(&family.Add(body_->bounded(name, std::move(labels))));
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, MetricLabels labels) {
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(body_->registry);
  return Gauge(&family.Add(body_->bounded(name, std::move(labels))));
}

Histogram Metrics::histogram(const std::string& name, const std::string& help,
                             const std::vector<double>& bounds, MetricLabels labels) {
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(body_->registry);
  return Histogram(&family.Add(body_->bounded(name, std::move(labels)),
                               prometheus::Histogram::BucketBoundaries(bounds)));
}

void Metrics::hide(const std::string& name, const MetricLabels& labels) {
  std::scoped_lock lock(body_->mutex);
  body_->hidden[name].insert(labels);
}

std::string Metrics::text() const {
  std::vector<prometheus::MetricFamily> families = body_->registry.Collect();
  std::scoped_lock lock(body_->mutex);
  for (prometheus::MetricFamily& family : families) {
    const auto hidden = body_->hidden.find(family.name);
    if (hidden == body_->hidden.end()) continue;
    std::erase_if(family.metric, [&](const prometheus::ClientMetric& metric) {
      MetricLabels labels;
      for (const auto& label : metric.label) labels[label.name] = label.value;
      return hidden->second.contains(labels);
    });
  }
  return prometheus::TextSerializer().Serialize(families);
}

void Counter::add(double by) {
  static_cast<prometheus::Counter*>(series_)->Increment(by);
}
double Counter::value() const {
  return static_cast<prometheus::Counter*>(series_)->Value();
}
void Gauge::set(double value) {
  static_cast<prometheus::Gauge*>(series_)->Set(value);
}
void Gauge::add(double by) {
  static_cast<prometheus::Gauge*>(series_)->Increment(by);
}
double Gauge::value() const {
  return static_cast<prometheus::Gauge*>(series_)->Value();
}
void Histogram::observe(double value) {
  static_cast<prometheus::Histogram*>(series_)->Observe(value);
}

Metrics& metrics() {
  static Metrics all;
  return all;
}

}  // namespace maitred
