#pragma once

#include "body_source.hpp"

#include <capstan/http_client.hpp>
#include <capstan/testing/sim_request.hpp>
#include <capstan/testing/sim_response.hpp>

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <type_traits>

namespace capstan::testing {

/// An answer whose head has arrived.
struct UpstreamAnswer {
    UpstreamAnswer() = default;

    std::shared_ptr<const SimResponse> response;  ///< null: stopped before
    std::unique_ptr<BodySource> body;  ///< null: the response has it all
};
static_assert(!std::is_aggregate_v<UpstreamAnswer>);

/// A real server that answers what no script does.
class Upstream {
public:
    /// Throws std::runtime_error for a URL that is none, HttpError for a bad `ca_file` (PEM; empty:
    /// the system's certificates).
    Upstream(const std::string& url, const std::filesystem::path& ca_file);

    /// Passes the request on. Never throws for what the upstream does: that becomes an answer. A
    /// stop closes the connection, at any time until the end of the body.
    asio::awaitable<UpstreamAnswer> ask(const SimRequest& request, std::stop_token stop);

private:
    std::string base_;
    HttpClient client_;
};

}  // namespace capstan::testing
