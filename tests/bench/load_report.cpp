#include "load_report.hpp"

#include "allocation_count.hpp"

#include <fmt/format.h>

#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <fstream>

namespace bench {
namespace {

using Samples = std::vector<std::uint32_t>;

/// -1 when there is nothing.
double quantile(const Samples& sorted, double fraction) {
    if (sorted.empty()) return -1;
    const auto place = static_cast<std::size_t>(fraction * static_cast<double>(sorted.size()));
    return sorted[std::min(place, sorted.size() - 1)];
}

void append(Samples& into, const Samples& from) {
    into.insert(into.end(), from.begin(), from.end());
}

}  // namespace

std::uint64_t monotonic_ns() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(now.tv_nsec);
}

double cpu_seconds() noexcept {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

long status_kb(std::string_view name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name) && line[name.size()] == ':')
            return std::stol(line.substr(name.size() + 1));
    }
    return -1;
}

void LoadMeter::started() {
    if (++started_ == expected_) steady_from_ = latencies_.size();
}

void LoadMeter::stamp(std::string_view digits, bool first) {
    std::uint64_t sent = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), sent);
    if (sent == 0) return;
    const auto delay = (monotonic_ns() - sent) / 1000;
    const auto value = static_cast<std::uint32_t>(std::min<std::uint64_t>(delay, UINT32_MAX));
    latencies_.push_back(value);
    if (first) first_latencies_.push_back(value);
}

void LoadMeter::begin_steady_allocations() {
    latencies_.reserve(2 * warm_up);
    base_allocations_ = allocations();
    counted_chunks_ = chunks_;
    texts_ = 0;
}

void LoadMeter::finish() {
    if (chunks_ <= warm_up) return;
    // Texts that were made before the count began may end after it.
    counted_allocations_ = std::max<std::int64_t>(
        static_cast<std::int64_t>(allocations() - base_allocations_) -
            static_cast<std::int64_t>(texts_), 0);
    counted_chunks_ = chunks_ - counted_chunks_;
}

double LoadMeter::allocations_per_chunk() const {
    if (chunks_ <= warm_up || counted_chunks_ == 0) return -1;
    return static_cast<double>(counted_allocations_) / static_cast<double>(counted_chunks_);
}

void LoadMeter::sort_out() {
    if (steady_from_ < latencies_.size())
        steady_latencies_.assign(latencies_.begin() + static_cast<std::ptrdiff_t>(steady_from_),
                                 latencies_.end());
}

void LoadMeter::fail(std::string_view what) {
    if (failures_++ == 0) fmt::print(stderr, "{}\n", what);
}

void LoadMeter::merge(LoadMeter&& other) {
    chunks_ += other.chunks_;
    bytes_ += other.bytes_;
    failures_ += other.failures_;
    if (other.chunks_ > warm_up) {
        counted_chunks_ += other.counted_chunks_;
        counted_allocations_ += other.counted_allocations_;
    }
    append(latencies_, other.latencies_);
    append(steady_latencies_, other.steady_latencies_);
    append(first_latencies_, other.first_latencies_);
}

std::string LoadMeter::report(const std::string& client, const LoadOptions& options, double wall,
                              double cpu, long peak) {
    for (auto* samples : {&latencies_, &steady_latencies_, &first_latencies_})
        std::sort(samples->begin(), samples->end());
    const double n = std::max<double>(1, static_cast<double>(chunks_));
    if (!options.json)
        return fmt::format("{:12} {:8} chunks {:10.0f} chunks/s {:6.3f} us CPU/chunk {:6.3f} "
                           "allocs/chunk p50 {:.0f} us p99 {:.0f} us {} KiB",
                           client, chunks_, n / wall, cpu / n * 1e6, allocations_per_chunk(),
                           quantile(latencies_, .5), quantile(latencies_, .99), peak);
    return fmt::format(
        R"({{"client":"{}","streams":{},"threads":{},"chunks":{},"bytes":{},"wall_s":{:.4f},)"
        R"("cpu_s":{:.4f},"chunks_per_s":{:.0f},"cpu_us_per_chunk":{:.4f},)"
        R"("allocs_per_chunk":{:.4f},"p50_us":{:.0f},"p99_us":{:.0f},"max_us":{:.0f},)"
        R"("s50_us":{:.0f},"s99_us":{:.0f},"first_p50_us":{:.0f},"rss_kb":{},"failures":{}}})",
        client, options.streams, options.threads, chunks_, bytes_, wall, cpu, n / wall,
        cpu / n * 1e6, allocations_per_chunk(), quantile(latencies_, .5),
        quantile(latencies_, .99), quantile(latencies_, 1), quantile(steady_latencies_, .5),
        quantile(steady_latencies_, .99), quantile(first_latencies_, .5), peak, failures_);
}

}  // namespace bench
