// Counters, gauges and histograms in the Prometheus text format. Every metric is declared once, in
// io/observe/metrics.inc, with a sentence for the operator; docs/metrics.md is made from that.
//
// One Metrics object belongs to the program and is given through constructors. Adding is a relaxed
// atomic add and safe from any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::observe {

enum class MetricKind { counter, gauge, seconds };  // seconds: a histogram of durations

enum class Metric {
#define POSTERN_METRIC(name, kind, label, sentence) name,
#include "io/observe/metrics.inc"
#undef POSTERN_METRIC
  count_,
};

struct MetricInfo {
  std::string_view name;  // without the "postern_" prefix
  MetricKind kind;
  std::string_view label;  // the name of its one label, "" if none
  std::string_view sentence;
};
[[nodiscard]] const MetricInfo& metric_info(Metric metric);

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void add(Metric metric, std::int64_t amount = 1);
  // With a value for its label; values come from our own words, never from a peer.
  void add(Metric metric, std::string_view label_value, std::int64_t amount = 1);
  void set(Metric metric, std::int64_t value);
  void observe(Metric metric, double seconds);

  [[nodiscard]] std::int64_t value(Metric metric, std::string_view label_value = {}) const;
  [[nodiscard]] std::string prometheus() const;  // text exposition format 0.0.4

 private:
  struct State;
  State* state_;
};

}  // namespace postern::observe
