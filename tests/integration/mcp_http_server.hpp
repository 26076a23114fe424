#pragma once

#include "mcp_fixture.hpp"

#include <capstan/testing/simulator.hpp>

#include <map>
#include <mutex>

namespace test {

using namespace capstan::testing;

/// A server of streamable HTTP at /mcp. What a test does not script is answered as a plain server
/// would: sessions s1, s2, ..., results as JSON, no stream of its own (405). Other paths are for
/// `pages`.
class McpHttpServer {
public:
    using Handler =
        std::function<std::optional<SimResponse>(const SimRequest&, const json::value&)>;

    using Pages = std::function<SimResponse(const SimRequest&)>;

    explicit McpHttpServer(Handler handler = {}, Pages pages = {})
        : handler_(std::move(handler)), pages_(std::move(pages)) {
        simulator_.set_handler([this](const SimRequest& request) { return answer(request); });
    }

    Simulator& simulator() { return simulator_; }
    std::string url() const { return simulator_.base_url() + "/mcp"; }
    /// The sessions that are good; a request of another gets 404.
    void end_sessions() {
        const std::scoped_lock lock(mutex_);
        valid_from_ = next_;
    }

    /// The requests of that HTTP method, and, with a name, of that method of the protocol.
    std::vector<SimRequest> requests(const std::string& http, const std::string& name = {}) const {
        std::vector<SimRequest> result;
        for (const auto& request : simulator_.requests()) {
            if (request.method == http && (name.empty() || name_of(request) == name)) {
                result.push_back(request);
            }
        }
        return result;
    }

    static std::string name_of(const SimRequest& request) {
        const auto body = request.json();
        const auto* object = body.if_object();
        const auto* name = object ? object->if_contains("method") : nullptr;
        return name && name->is_string() ? std::string(name->get_string()) : std::string();
    }

private:
    std::optional<SimResponse> answer(const SimRequest& request);
    bool is_good_session(const SimRequest& request);
    std::string new_session();

    Handler handler_;
    Pages pages_;
    std::mutex mutex_;
    int next_ = 1;
    int valid_from_ = 1;
    SimulatorOptions options_ = [] {
        SimulatorOptions options;
        options.require_key = false;
        return options;
    }();
    Simulator simulator_{options_};  // the last: its thread uses the others
};

SimResponse http_status(int status, std::string body = {}, std::string type = "application/json");
/// An answer to the request with that body.
SimResponse json_result(const json::value& request, json::object result);
/// A response that is an event stream of these steps.
SimResponse event_stream(std::vector<Step> steps);
/// An event: an id unless it is empty, then the message.
Step sse_message(const std::string& id, const json::value& message);
json::value result_message(const json::value& request, json::object result);
json::object text_content(const std::string& text);

}  // namespace test
