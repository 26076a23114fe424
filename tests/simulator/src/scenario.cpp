#include "scenario.hpp"

#include "answer_text.hpp"
#include "dialects.hpp"
#include "json_file.hpp"
#include "scenario_check.hpp"
#include "scenario_match.hpp"

#include <fmt/format.h>

#include <atomic>
#include <stdexcept>

namespace capstan::testing {

namespace json = boost::json;

namespace {

struct Match {
    explicit Match(const json::object& source) : conversation(source) {
        check_members(source, {"method", "path", "model", "contains", "stream", "headers", "tools",
                               "tool_results", "last_role", "last_tool", "last_contains"},
                      "match");
        method = text_at(source, "method");
        path = text_at(source, "path");
        model = text_at(source, "model");
        contains = text_at(source, "contains");
        if (const auto* value = member_at(source, "stream")) stream = value->as_bool();
        if (const auto* value = member_at(source, "headers"))
            for (const auto& field : value->as_object())
                headers.emplace_back(field.key(), field.value().as_string());
    }

    bool operator()(const SimRequest& request) const {
        const auto route = (method.empty() ? "*" : method) + ' ' + (path.empty() ? "*" : path);
        if (!answers(route, request)) return false;
        if (!model.empty() && model_of(request) != model) return false;
        if (!contains.empty() && request.body.find(contains) == std::string::npos) return false;
        if (stream && *stream != request.wants_stream()) return false;
        for (const auto& [name, value] : headers)
            if (request.header(name) != value) return false;
        return conversation(request);
    }

    std::string method;
    std::string path;
    std::string model;
    std::string contains;
    std::optional<bool> stream;
    HeaderList headers;
    ConversationMatch conversation;
};

/// A rule's responses are given in order; the last one again and again, unless `times` says how
/// often the rule applies at all.
class Rule {
public:
    Rule(Match match, std::vector<SimHandler> responses, std::int64_t times)
        : match_(std::move(match)), responses_(std::move(responses)), times_(times) {}

    std::optional<SimResponse> operator()(const SimRequest& request) {
        if (times_ >= 0 && used_ >= times_) return std::nullopt;
        if (!match_(request)) return std::nullopt;
        const auto at = std::min(static_cast<std::size_t>(used_++), responses_.size() - 1);
        return responses_[at](request);
    }

private:
    Match match_;
    std::vector<SimHandler> responses_;
    std::int64_t times_;
    std::int64_t used_ = 0;
};

OptionalHandler read_rule(const json::object& source, const std::filesystem::path& folder,
                          ScenarioLatches& latches, const RenderAnswer& render) {
    check_members(source, {"match", "times", "respond", "comment"}, "rule");
    const auto* given = member_at(source, "match");
    Match match(given ? given->as_object() : json::object{{"path", "/chat/completions"}});
    std::vector<SimHandler> responses;
    const auto& respond = source.at("respond");
    if (respond.is_array()) {
        for (const auto& one : respond.get_array())
            responses.push_back(scenario_response(one.as_object(), folder, latches, render));
    } else {
        responses.push_back(scenario_response(respond.as_object(), folder, latches, render));
    }
    if (responses.empty()) throw std::runtime_error("respond: empty");
    // Shared: std::function copies its target, and the count must be one.
    const auto rule = std::make_shared<Rule>(std::move(match), std::move(responses),
                                             integer_at(source, "times", -1));
    return [rule](const SimRequest& request) { return (*rule)(request); };
}

}  // namespace

Latch ScenarioLatches::get(std::string_view name) {
    const std::lock_guard lock(mutex_);
    return latches_.try_emplace(std::string(name)).first->second;
}

std::vector<OptionalHandler> read_scenario(const std::filesystem::path& file,
                                           ScenarioLatches& latches, RenderAnswer render) {
    const auto source = read_json_file(file);
    std::vector<OptionalHandler> rules;
    try {
        for (const auto& rule : source.as_object().at("rules").as_array())
            rules.push_back(read_rule(rule.as_object(), file.parent_path(), latches, render));
    } catch (const std::exception& error) {
        throw std::runtime_error(
            fmt::format("{}: rule {}: {}", file.string(), rules.size() + 1, error.what()));
    }
    return rules;
}

}  // namespace capstan::testing
