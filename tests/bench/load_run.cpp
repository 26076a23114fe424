#include "load_run.hpp"

#include <fmt/format.h>

#include <thread>
#include <vector>

namespace bench {

int run_load(const std::string& client, const LoadOptions& options,
             const std::function<void(std::size_t streams, LoadMeter& meter)>& work) {
    std::vector<LoadMeter> meters;
    for (std::size_t i = 0; i < options.threads; ++i) meters.emplace_back(options.streams_of(i));
    const auto wall = monotonic_ns();
    const auto cpu = cpu_seconds();
    const auto run = [&](std::size_t i) {
        work(options.streams_of(i), meters[i]);
        meters[i].finish();
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < options.threads; ++i) threads.emplace_back(run, i);
    run(0);
    for (auto& thread : threads) thread.join();
    const auto wall_s = static_cast<double>(monotonic_ns() - wall) / 1e9;
    const auto cpu_s = cpu_seconds() - cpu;
    const auto peak = status_kb("VmHWM");
    for (auto& meter : meters) meter.sort_out();
    for (std::size_t i = 1; i < meters.size(); ++i) meters[0].merge(std::move(meters[i]));
    fmt::print("{}\n", meters[0].report(client, options, wall_s, cpu_s, peak));
    return meters[0].failed() ? 1 : 0;
}

}  // namespace bench
