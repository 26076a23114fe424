#pragma once

#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace capstan::testing {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// One request as the simulator received it.
struct SimRequest {
    SimRequest() = default;

    std::string method;
    std::string target;  ///< as sent: "/api/v1/generation?id=gen-1"
    std::string path;    ///< below the base path, without query: "/generation"
    HeaderList headers;  ///< in the order received, names as sent
    std::string body;    ///< HTTP chunks taken apart
    std::size_t index = 0;         ///< its place in Simulator::requests()
    std::uint64_t connection = 0;  ///< which connection carried it; the first is 1
    std::chrono::steady_clock::time_point received{};

    /// The first header of that name (any case), or an empty text.
    std::string_view header(std::string_view name) const noexcept;
    /// The percent-decoded value of a query parameter, or an empty text.
    std::string query(std::string_view name) const;
    /// The body as JSON; null if it is none.
    boost::json::value json() const;
    /// True if the body's `stream` is true.
    bool wants_stream() const;
};
static_assert(!std::is_aggregate_v<SimRequest>);

}  // namespace capstan::testing
