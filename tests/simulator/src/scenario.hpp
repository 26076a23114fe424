#pragma once

#include "script.hpp"

#include <capstan/testing/answers.hpp>

#include <boost/json/object.hpp>

#include <filesystem>
#include <map>
#include <mutex>

namespace capstan::testing {

/// The latches of scenario files, by name. Thread-safe.
class ScenarioLatches {
public:
    Latch get(std::string_view name);

private:
    std::mutex mutex_;
    std::map<std::string, Latch, std::less<>> latches_;
};

/// Turns an Answer into the response that a request wants.
using RenderAnswer = std::function<SimResponse(const Answer&, const SimRequest&)>;

/// The rules of a scenario file (the README has the format). Throws std::runtime_error that says
/// which rule and member is at fault.
std::vector<OptionalHandler> read_scenario(const std::filesystem::path& file,
                                           ScenarioLatches& latches, RenderAnswer render);

/// One entry of `respond`. `folder` is what relative recording paths start from.
SimHandler scenario_response(const boost::json::object& source,
                             const std::filesystem::path& folder, ScenarioLatches& latches,
                             const RenderAnswer& render);

}  // namespace capstan::testing
