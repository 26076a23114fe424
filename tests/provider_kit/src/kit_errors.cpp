// Failure statuses, broken connections, and where the key must not appear.
#include "kit_run.hpp"

#include <capstan/json.hpp>

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace capstan::testing {
namespace {

struct StatusRow {
    int status;
    std::optional<ErrorKind> kind;
    std::optional<bool> retryable;
};

const StatusRow rows[] = {
    {400, std::nullopt, false},
    {401, ErrorKind::authentication, false},
    {403, ErrorKind::permission_denied, false},
    {404, ErrorKind::not_found, false},
    {429, ErrorKind::rate_limited, true},
    {500, ErrorKind::server, true},
    {502, std::nullopt, true},
    {503, ErrorKind::overloaded, true},
};

const char* const bodies[][2] = {
    {"application/json", R"({"error":{"message":"something went wrong"}})"},
    {"application/json", "{}"},
    {"application/json", R"({"error":)"},
    {"text/html", "<html><body><h1>Something went wrong</h1></body></html>"},
    {"text/plain", ""},
};

SimResponse failure(int status, const char* type, std::string body) {
    SimResponse response;
    response.status = status;
    response.with_header("Content-Type", type);
    if (!body.empty()) response.with_step(send(std::move(body)));
    return response;
}

const char* chunk_name(const StreamChunk& chunk) {
    static constexpr const char* names[] = {"TextChunk",  "ReasoningChunk", "ToolCallChunk",
                                            "UsageChunk", "FinishChunk",    "ExtraChunk"};
    return names[chunk.index()];
}

std::string status_fault(const KitOutcome& outcome, const StatusRow& row) {
    if (!outcome.breach.empty()) return outcome.breach;
    if (!outcome.error) return "no error came";
    if (!outcome.chunks.empty())
        return fmt::format("a {} came before the error", chunk_name(outcome.chunks.front()));
    const auto& error = *outcome.error;
    if (error.http_status() != row.status)
        return fmt::format("the error's http_status is {}", error.http_status());
    if (row.kind && error.kind() != *row.kind)
        return fmt::format("the error's kind is {}, not {}", to_string(error.kind()),
                           to_string(*row.kind));
    if (row.retryable && error.retryable() != *row.retryable)
        return fmt::format("the error says retryable = {}", error.retryable());
    if (std::string_view(error.what()).empty()) return "the error says nothing";
    return {};
}

void check_status(KitRun& run, const WireCase& wire_case, const StatusRow& row) {
    for (const auto& [type, body] : bodies) {
        run.answer(failure(row.status, type, body));
        const auto fault = status_fault(run.call(wire_case), row);
        if (fault.empty()) continue;
        run.add("errors", wire_case,
                fmt::format("status {} with the body {}: {}", row.status, body, fault));
        return;  // one tells enough
    }
}

void check_lost(KitRun& run, const WireCase& wire_case, const char* what, SimResponse response) {
    run.answer(std::move(response));
    const auto outcome = run.call(wire_case);
    std::string fault = outcome.breach;
    if (fault.empty() && !outcome.error) fault = "no error came";
    if (fault.empty() && outcome.error->kind() == ErrorKind::cancelled) fault = "it says cancelled";
    if (!fault.empty()) run.add("errors", wire_case, fmt::format("{}: {}", what, fault));
}

SimResponse only(Step step) {
    SimResponse response;
    response.framing = Framing::raw;
    response.with_step(std::move(step));
    return response;
}

/// All texts of an error.
std::string everything(const ApiError& error) {
    const auto& info = error.info();
    std::string all = error.what();
    for (const auto* text : {&info.summary, &info.remedy, &info.code, &info.error_type,
                             &info.provider_name, &info.server_message, &info.generation_id,
                             &info.request_id})
        all += "\n" + *text;
    for (const auto& model : info.fallback_models) all += "\n" + model;
    return all + "\n" + to_json_text(info.raw);
}

}  // namespace

void check_errors(KitRun& run) {
    const auto& wire_case = run.kit().cases.front();
    for (const auto& row : rows) check_status(run, wire_case, row);
    check_lost(run, wire_case, "a connection that ends without an answer",
               only(close_connection()));
    check_lost(run, wire_case, "a connection that is reset", only(reset_connection()));
    check_lost(run, wire_case, "a page in the place of an answer",
               failure(200, "text/html", "<html>Log in to the network</html>"));
}

void check_secrets(KitRun& run) {
    const auto& wire_case = run.kit().cases.front();
    const auto& key = run.key();
    const std::array<std::string, 3> echoes = {
        R"({"error":{"message":"Incorrect key: )" + key + R"(","metadata":{"raw":")" + key +
            R"("},"code":")" + key + R"("}})",
        "<html>Authorization: Bearer " + key + "</html>",
        "key " + key + " is not known"};
    for (const int status : {401, 500, 200})
        for (const auto& echo : echoes) {
            run.answer(failure(status, "application/json", echo));
            const auto outcome = run.call(wire_case);
            if (outcome.error && everything(*outcome.error).find(key) != std::string::npos)
                run.add("secrets", wire_case,
                        fmt::format("the error of status {} shows the key", status));
        }
    for (const auto& request : run.server().requests())
        if (request.body.find(key) != std::string::npos ||
            request.target.find(key) != std::string::npos) {
            run.add("secrets", wire_case, "a request carries the key in its body or its URL");
            break;
        }
}

}  // namespace capstan::testing
