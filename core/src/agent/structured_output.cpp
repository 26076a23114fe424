#include "agent/structured_output.hpp"

#include <capstan/json_schema.hpp>

#include <boost/system/system_error.hpp>

#include <exception>
#include <utility>

namespace capstan::detail {
namespace {

// References inside the schema begin at its root, so the definitions stay there.
json::object wrap(json::object inner) {
    json::object outer;
    outer["type"] = "object";
    for (const auto* key : {"$defs", "definitions"}) {
        if (const auto* found = inner.if_contains(key)) {
            auto definitions = *found;
            inner.erase(key);
            outer[key] = std::move(definitions);
        }
    }
    json::object properties;
    properties["value"] = std::move(inner);
    outer["properties"] = std::move(properties);
    outer["required"] = json::array{"value"};
    outer["additionalProperties"] = false;
    return outer;
}

std::string_view without_fence(std::string_view text) {
    const auto trim = [](std::string_view part) {
        const auto first = part.find_first_not_of(" \t\r\n");
        if (first == std::string_view::npos) return std::string_view();
        return part.substr(first, part.find_last_not_of(" \t\r\n") - first + 1);
    };
    text = trim(text);
    if (!text.starts_with("```") || !text.ends_with("```") || text.size() < 6) return text;
    const auto line = text.find('\n');
    if (line == std::string_view::npos) return text;
    return trim(text.substr(line, text.size() - 3 - line));
}

}  // namespace

AnswerShape::AnswerShape(json::object schema, ValueCheck fault) : fault_(std::move(fault)) {
    const auto type = find_string(schema, "type");
    wrapped_ = !type || *type != "object";
    schema_ = wrapped_ ? wrap(std::move(schema)) : std::move(schema);
}

json::value AnswerShape::response_format() const {
    json::object inner;
    inner["name"] = "answer";
    inner["strict"] = true;
    inner["schema"] = schema_;
    json::object format;
    format["type"] = "json_schema";
    format["json_schema"] = std::move(inner);
    return format;
}

AnswerShape::Reading AnswerShape::read(const json::value& answer) const {
    Reading reading;
    reading.fault = schema_fault(answer, schema_);
    if (!reading.fault.empty()) return reading;
    const auto& value = wrapped_ ? answer.as_object().at("value") : answer;
    try {
        if (fault_) reading.fault = fault_(value);
    } catch (const std::exception& error) {
        reading.fault = error.what();
    }
    if (reading.fault.empty()) reading.value = value;
    return reading;
}

AnswerShape::Reading AnswerShape::read_text(std::string_view answer) const {
    try {
        return read(parse_json(without_fence(answer)));
    } catch (const boost::system::system_error& error) {
        Reading reading;
        reading.fault = "It is not valid JSON: " + error.code().message() + ".";
        return reading;
    }
}

AnswerTool::AnswerTool(std::string name, AnswerShape shape)
    : shape_(std::move(shape)), answer_(std::make_shared<std::optional<json::value>>()) {
    definition_.name = std::move(name);
    definition_.description = "Gives the final answer, as its arguments. Call it exactly once, "
                              "when everything that is needed for the answer is known.";
    definition_.parameters = shape_.schema();
}

// An answer that fits counts from here: no approval is needed to say it.
std::string AnswerTool::check(const json::value& arguments) const {
    auto reading = shape_.read(arguments);
    if (reading.value) *answer_ = std::move(reading.value);
    return reading.fault;
}

asio::awaitable<ToolResult> AnswerTool::run(json::value, ToolContext&) {
    co_return ToolResult("The answer was taken.");
}

std::vector<std::shared_ptr<Tool>> ToolsAnd::tools() const {
    auto all = others_.tools();
    all.push_back(tool_);
    return all;
}

std::shared_ptr<Tool> ToolsAnd::find(std::string_view name) const {
    return name == tool_->definition().name ? tool_ : others_.find(name);
}

}  // namespace capstan::detail
