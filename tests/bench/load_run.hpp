#pragma once

#include "load_options.hpp"
#include "load_report.hpp"

#include <functional>
#include <string>

namespace bench {

/// Runs `work(streams, meter)` on each thread and prints what all have counted. Gives main()'s
/// result.
int run_load(const std::string& client, const LoadOptions& options,
             const std::function<void(std::size_t streams, LoadMeter& meter)>& work);

}  // namespace bench
