#include "io/observe/metrics.h"

#include <fmt/format.h>

#include <bit>
#include <map>
#include <mutex>

namespace postern::observe {

namespace {

constexpr std::array infos{
#define POSTERN_METRIC(name, kind, label, sentence) \
  MetricInfo{#name, MetricKind::kind, label, sentence},
#include "io/observe/metrics.inc"
#undef POSTERN_METRIC
};
constexpr std::size_t metric_count = infos.size();

// Upper bounds of the duration buckets, in seconds.
constexpr std::array bounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,   0.25,
                            0.5,   1.0,    2.5,   5.0,  10.0,  60.0, 600.0, 3600.0};

struct Histogram {
  std::array<std::atomic<std::int64_t>, bounds.size() + 1> buckets{};
  std::atomic<std::int64_t> sum_micros{0};
};

std::string_view kind_word(MetricKind kind) {
  switch (kind) {
    case MetricKind::counter:
      return "counter";
    case MetricKind::gauge:
      return "gauge";
    case MetricKind::seconds:
      return "histogram";
  }
  return "untyped";
}

std::size_t index(Metric metric) { return static_cast<std::size_t>(metric); }

}  // namespace

// Labelled values are few and made once, so a lock around their map is rarely contended.
struct Metrics::State {
  std::array<std::atomic<std::int64_t>, metric_count> plain{};
  std::array<Histogram, metric_count> histograms{};
  mutable std::mutex mutex;
  std::array<std::map<std::string, std::atomic<std::int64_t>, std::less<>>, metric_count> labelled;
};

const MetricInfo& metric_info(Metric metric) { return infos[index(metric)]; }

Metrics::Metrics() : state_(new State) {}
Metrics::~Metrics() { delete state_; }

void Metrics::add(Metric metric, std::int64_t amount) {
  state_->plain[index(metric)].fetch_add(amount, std::memory_order_relaxed);
}

void Metrics::add(Metric metric, std::string_view label_value, std::int64_t amount) {
  std::lock_guard lock(state_->mutex);
  auto& values = state_->labelled[index(metric)];
  auto found = values.find(label_value);
  if (found == values.end()) found = values.try_emplace(std::string(label_value), 0).first;
  found->second.fetch_add(amount, std::memory_order_relaxed);
}

void Metrics::set(Metric metric, std::int64_t value) {
  state_->plain[index(metric)].store(value, std::memory_order_relaxed);
}

void Metrics::observe(Metric metric, double seconds) {
  Histogram& histogram = state_->histograms[index(metric)];
  std::size_t bucket = 0;
  while (bucket < bounds.size() && seconds > bounds[bucket]) ++bucket;
  histogram.buckets[bucket].fetch_add(1, std::memory_order_relaxed);
  histogram.sum_micros.fetch_add(static_cast<std::int64_t>(seconds * 1e6),
                                 std::memory_order_relaxed);
}

std::int64_t Metrics::value(Metric metric, std::string_view label_value) const {
  if (label_value.empty()) return state_->plain[index(metric)].load(std::memory_order_relaxed);
  std::lock_guard lock(state_->mutex);
  const auto& values = state_->labelled[index(metric)];
  auto found = values.find(label_value);
  return found == values.end() ? 0 : found->second.load(std::memory_order_relaxed);
}

namespace {

void append_histogram(std::string& out, std::string_view name, const Histogram& histogram) {
  std::int64_t running = 0;
  for (std::size_t i = 0; i <= bounds.size(); ++i) {
    running += histogram.buckets[i].load(std::memory_order_relaxed);
    std::string bound = i < bounds.size() ? fmt::format("{}", bounds[i]) : "+Inf";
    out += fmt::format("postern_{}_bucket{{le=\"{}\"}} {}\n", name, bound, running);
  }
  double sum = static_cast<double>(histogram.sum_micros.load(std::memory_order_relaxed)) / 1e6;
  out += fmt::format("postern_{}_sum {}\npostern_{}_count {}\n", name, sum, name, running);
}

}  // namespace

std::string Metrics::prometheus() const {
  std::string out;
  for (std::size_t i = 0; i < metric_count; ++i) {
    const MetricInfo& info = infos[i];
    out += fmt::format("# HELP postern_{} {}\n# TYPE postern_{} {}\n", info.name, info.sentence,
                       info.name, kind_word(info.kind));
    if (info.kind == MetricKind::seconds) {
      append_histogram(out, info.name, state_->histograms[i]);
    } else if (info.label.empty()) {
      out += fmt::format("postern_{} {}\n", info.name, state_->plain[i].load());
    } else {
      std::lock_guard lock(state_->mutex);
      for (const auto& [value, count] : state_->labelled[i]) {
        out +=
            fmt::format("postern_{}{{{}=\"{}\"}} {}\n", info.name, info.label, value, count.load());
      }
    }
  }
  return out;
}

}  // namespace postern::observe
