#include "mcp_http_server.hpp"

namespace test {

SimResponse http_status(int status, std::string body, std::string type) {
    SimResponse response;
    response.status = status;
    response.framing = Framing::content_length;
    if (body.empty()) return response;
    response.headers = {{"Content-Type", std::move(type)}};
    response.body = {send(std::move(body))};
    return response;
}

json::value result_message(const json::value& request, json::object result) {
    return {{"jsonrpc", "2.0"}, {"id", request.at("id")}, {"result", std::move(result)}};
}

SimResponse json_result(const json::value& request, json::object result) {
    return http_status(200, json::serialize(result_message(request, std::move(result))));
}

SimResponse event_stream(std::vector<Step> steps) {
    SimResponse response;
    response.headers = {{"Content-Type", "text/event-stream"}};
    response.body = std::move(steps);
    return response;
}

Step sse_message(const std::string& id, const json::value& message) {
    const auto id_line = id.empty() ? "" : "id: " + id + "\n";
    return send(id_line + "data: " + json::serialize(message) + "\n\n");
}

json::object text_content(const std::string& text) {
    return {{"content", {{{"type", "text"}, {"text", text}}}}};
}

std::string McpHttpServer::new_session() {
    const std::scoped_lock lock(mutex_);
    return "s" + std::to_string(next_++);
}

bool McpHttpServer::is_good_session(const SimRequest& request) {
    const std::scoped_lock lock(mutex_);
    const std::string id(request.header("Mcp-Session-Id"));
    return id.starts_with('s') && std::stoi(id.substr(1)) >= valid_from_;
}

std::optional<SimResponse> McpHttpServer::answer(const SimRequest& request) {
    if (request.path != "/mcp") return pages_ ? pages_(request) : http_status(404);
    const auto message = request.json();
    if (handler_) {
        if (auto scripted = handler_(request, message)) return scripted;
    }
    const auto name = name_of(request);
    if (name == "initialize") {
        json::object capabilities{{"tools", {{"listChanged", true}}}};
        auto response = json_result(message, {{"protocolVersion", "2025-11-25"},
                                              {"capabilities", std::move(capabilities)},
                                              {"serverInfo", {{"name", "web"}}}});
        return response.with_header("Mcp-Session-Id", new_session());
    }
    if (!is_good_session(request)) return http_status(404);
    if (request.method == "DELETE") return http_status(200);
    if (request.method == "GET") return http_status(405);
    if (!message.as_object().contains("id")) return http_status(202);
    if (name == "tools/list") {
        return json_result(message, {{"tools", {{{"name", "a"}}, {{"name", "b"}}}}});
    }
    if (name == "tools/call") return json_result(message, text_content("called"));
    return http_status(202);  // our answers to its questions
}

}  // namespace test
