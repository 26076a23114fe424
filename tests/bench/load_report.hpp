#pragma once

#include "load_options.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

std::uint64_t monotonic_ns() noexcept;
/// CPU seconds of this process, user and system.
double cpu_seconds() noexcept;
/// A figure of /proc/self/status in KiB, e.g. "VmHWM" or "VmRSS".
long status_kb(std::string_view name);

/// What one thread counts while its streams run.
class LoadMeter {
public:
    /// `expected` streams: when each has had a chunk, the steady state begins.
    explicit LoadMeter(std::size_t expected) : expected_(expected) {}

    /// A chunk of content arrived. A text that begins with "t=" and 19 digits says when it was
    /// sent. `first` belongs to the stream.
    void add(std::string_view text, bool owns_memory, bool& first) {
        ++chunks_;
        bytes_ += text.size();
        texts_ += owns_memory ? 1 : 0;
        if (first) started();
        if (text.size() >= 21 && text[0] == 't' && text[1] == '=') stamp(text.substr(2, 19), first);
        first = false;
        if (chunks_ == warm_up) begin_steady_allocations();
    }
    /// The stream ended with an error.
    void fail(std::string_view what);
    /// The last chunk is in.
    void finish();
    /// Makes the samples ready for merge() and report().
    void sort_out();

    void merge(LoadMeter&& other);
    /// One JSON object, with the keys that the comparison scripts read; or a line for people.
    /// `peak` is the memory in KiB.
    std::string report(const std::string& client, const LoadOptions& options, double wall,
                       double cpu, long peak);
    bool failed() const noexcept { return failures_ > 0; }

private:
    static constexpr std::uint64_t warm_up = 1000;  // chunks, before allocations are counted

    void started();
    void stamp(std::string_view digits, bool first);
    void begin_steady_allocations();
    double allocations_per_chunk() const;

    std::size_t expected_;
    std::size_t started_ = 0;
    std::uint64_t chunks_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t texts_ = 0;  // that have memory of their own
    std::uint64_t failures_ = 0;
    std::size_t steady_from_ = SIZE_MAX;  // of latencies_
    std::uint64_t counted_chunks_ = 0;
    std::int64_t counted_allocations_ = 0;  // without those of the texts
    std::uint64_t base_allocations_ = 0;
    std::vector<std::uint32_t> latencies_;  // microseconds
    std::vector<std::uint32_t> steady_latencies_;
    std::vector<std::uint32_t> first_latencies_;
};

}  // namespace bench
