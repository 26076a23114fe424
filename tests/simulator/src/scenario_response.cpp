#include "answer_text.hpp"
#include "http_text.hpp"
#include "json_file.hpp"
#include "scenario.hpp"
#include "scenario_check.hpp"
#include "scenario_match.hpp"

#include <capstan/testing/recording.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace capstan::testing {

namespace json = boost::json;
using std::chrono::microseconds;

namespace {

microseconds milliseconds_at(const json::object& source, std::string_view name) {
    const auto* value = member_at(source, name);
    if (!value) return microseconds(0);
    return microseconds(static_cast<std::int64_t>(value->to_number<double>() * 1000));
}

/// `count` times the bytes; "{{n}}" becomes the number (from 0), "{{now_ns}}" the steady clock.
Step repeat_step(const json::object& source) {
    check_members(source, {"count", "pause_ms", "send", "event"}, "repeat");
    const auto count = integer_at(source, "count", 1);
    const auto* event = member_at(source, "event");
    const auto bytes = event ? sse_event(json::serialize(*event)) : text_at(source, "send");
    const auto pause = milliseconds_at(source, "pause_ms");
    auto next = [bytes, count, n = std::int64_t{0}]() mutable -> std::optional<std::string> {
        if (n >= count) return std::nullopt;
        auto piece = bytes;
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        const auto fill = [&](std::string_view mark, std::string_view value) {
            for (auto at = piece.find(mark); at != std::string::npos; at = piece.find(mark))
                piece.replace(at, mark.size(), value);
        };
        fill("{{n}}", std::to_string(n++));
        fill("{{now_ns}}",
             std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()));
        return piece;
    };
    return produce(std::move(next), pause);
}

Step read_step(const json::object& source, ScenarioLatches& latches) {
    if (source.size() != 1) throw std::runtime_error("body: a step has exactly one member");
    const auto& value = source.begin()->value();
    const std::string name(source.begin()->key());
    if (name == "send") return send(std::string(value.as_string()));
    if (name == "send_base64") return send(decode_base64(std::string_view(value.as_string())));
    if (name == "event") return send(sse_event(json::serialize(value)));
    if (name == "comment") return send(sse_comment(std::string_view(value.as_string())));
    if (name == "done") return send(sse_event("[DONE]"));
    if (name == "wait_ms") return wait(milliseconds_at(source, name));
    if (name == "latch") return hold(latches.get(std::string_view(value.as_string())));
    if (name == "repeat") return repeat_step(value.as_object());
    if (name == "close") return close_connection();
    if (name == "reset") return reset_connection();
    if (name == "silence") return silence();
    throw std::runtime_error("body: unknown step \"" + name + '"');
}

Split read_split(const json::object& source) {
    check_members(source, {"every", "random", "max", "sizes", "pauses_ms", "pause_ms"}, "split");
    Split split;
    if (const auto* value = member_at(source, "every")) {
        split = Split::every(value->to_number<std::size_t>());
    } else if (const auto* seed = member_at(source, "random")) {
        split = Split::random(seed->to_number<std::uint64_t>(),
                              static_cast<std::size_t>(integer_at(source, "max", 64)));
    } else if (const auto* sizes = member_at(source, "sizes")) {
        std::vector<microseconds> pauses;
        if (const auto* given = member_at(source, "pauses_ms"))
            for (const auto& pause : given->as_array())
                pauses.emplace_back(
                    static_cast<std::int64_t>(pause.to_number<double>() * 1000));
        split = Split::sizes(json::value_to<std::vector<std::size_t>>(*sizes), std::move(pauses));
    }
    return split.with_pause(milliseconds_at(source, "pause_ms"));
}

template <class Value>
Value named(const std::string& name,
            std::initializer_list<std::pair<std::string_view, Value>> values, const char* where) {
    for (const auto& [key, value] : values)
        if (key == name) return value;
    throw std::runtime_error(std::string(where) + ": unknown value \"" + name + '"');
}

void set_header(SimResponse& response, std::string name, std::string value) {
    std::erase_if(response.headers,
                  [&](const auto& field) { return same_name(field.first, name); });
    response.with_header(std::move(name), std::move(value));
}

/// What every kind of response may say about its transport.
void read_transport(const json::object& source, SimResponse& response) {
    response.status = static_cast<int>(integer_at(source, "status", response.status));
    if (const auto reason = text_at(source, "reason"); !reason.empty()) response.reason = reason;
    if (const auto* headers = member_at(source, "headers"))
        for (const auto& field : headers->as_object())
            set_header(response, std::string(field.key()), std::string(field.value().as_string()));
    if (const auto* split = member_at(source, "split"))
        response.split = read_split(split->as_object());
    if (const auto framing = text_at(source, "framing"); !framing.empty())
        response.framing = named<Framing>(framing,
                                          {{"automatic", Framing::automatic},
                                           {"content_length", Framing::content_length},
                                           {"chunked", Framing::chunked},
                                           {"until_close", Framing::until_close},
                                           {"raw", Framing::raw}},
                                          "framing");
    if (const auto after = text_at(source, "after"); !after.empty())
        response.after = named<After>(after,
                                      {{"keep_alive", After::keep_alive},
                                       {"close", After::close},
                                       {"close_silently", After::close_silently},
                                       {"close_on_next_request", After::close_on_next_request},
                                       {"reset_on_next_request", After::reset_on_next_request}},
                                      "after");
    response.write_size = static_cast<std::size_t>(integer_at(source, "write_size", 0));
    response.delay = milliseconds_at(source, "delay_ms");
    response.head_byte_delay = milliseconds_at(source, "head_byte_delay_ms");
    if (const auto* lines = member_at(source, "informational"))
        response.informational = json::value_to<std::vector<std::string>>(*lines);
}

void read_usage(const json::object& source, AnswerUsage& usage) {
    check_members(source, {"prompt_tokens", "completion_tokens", "cached_tokens",
                           "cache_write_tokens", "reasoning_tokens", "cost", "is_byok",
                           "upstream_cost"}, "usage");
    usage.prompt_tokens = integer_at(source, "prompt_tokens", usage.prompt_tokens);
    usage.completion_tokens = integer_at(source, "completion_tokens", usage.completion_tokens);
    usage.cached_tokens = integer_at(source, "cached_tokens", usage.cached_tokens);
    usage.cache_write_tokens = integer_at(source, "cache_write_tokens", usage.cache_write_tokens);
    usage.reasoning_tokens = integer_at(source, "reasoning_tokens", usage.reasoning_tokens);
    // As text ("0.0000123") the digits stay as they are.
    const auto amount = [](const json::value& value) {
        return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    };
    if (const auto* cost = member_at(source, "cost")) usage.cost = amount(*cost);
    if (const auto* cost = member_at(source, "upstream_cost")) usage.upstream_cost = amount(*cost);
    usage.is_byok = flag_at(source, "is_byok", usage.is_byok);
}

AnswerToolCall read_tool_call(const json::object& source) {
    check_members(source, {"id", "name", "arguments"}, "tool_calls");
    const auto* arguments = member_at(source, "arguments");
    const bool given = arguments && !arguments->is_string();
    return AnswerToolCall(text_at(source, "id"), text_at(source, "name"),
                          given ? json::serialize(*arguments) : text_at(source, "arguments"));
}

Answer read_answer(const json::object& source) {
    Answer answer;
    answer.text = text_at(source, "text");
    answer.reasoning = text_at(source, "reasoning");
    if (const auto* details = member_at(source, "reasoning_details"))
        answer.reasoning_details = details->as_array();
    if (const auto* calls = member_at(source, "tool_calls"))
        for (const auto& call : calls->as_array())
            answer.tool_calls.push_back(read_tool_call(call.as_object()));
    answer.finish_reason = text_at(source, "finish_reason");
    answer.native_finish_reason = text_at(source, "native_finish_reason");
    answer.id = text_at(source, "id");
    answer.model = text_at(source, "model");
    if (const auto provider = text_at(source, "provider"); !provider.empty())
        answer.provider = provider;
    answer.comments = static_cast<int>(integer_at(source, "comments", answer.comments));
    answer.with_done = flag_at(source, "done", true);
    answer.word_delay = milliseconds_at(source, "word_delay_ms");
    const auto* usage = member_at(source, "usage");
    answer.with_usage = !usage || !usage->is_null();
    if (usage && usage->is_object()) read_usage(usage->get_object(), answer.usage);
    return answer;
}

Answer with_marks(Answer answer, const SimRequest& request) {
    answer.text = fill_marks(std::move(answer.text), request);
    for (auto& call : answer.tool_calls) call.id = fill_marks(std::move(call.id), request);
    return answer;
}

SimResponse read_error(const json::object& source) {
    check_members(source, {"status", "code", "message", "metadata"}, "error");
    const auto status = static_cast<int>(integer_at(source, "status", 500));
    const auto* code = member_at(source, "code");
    const auto* metadata = member_at(source, "metadata");
    return error_answer(status, code ? *code : json::value(status), text_at(source, "message"),
                        metadata ? *metadata : json::value());
}

SimResponse read_plain(const json::object& source, ScenarioLatches& latches) {
    SimResponse response;
    const auto* body = member_at(source, "body");
    if (body && body->is_string())
        response.body.push_back(send(std::string(body->get_string())));
    else if (body)
        for (const auto& step : body->as_array())
            response.body.push_back(read_step(step.as_object(), latches));
    if (const auto* value = member_at(source, "json"))
        response = json_answer(*value);
    return response;
}

}  // namespace

SimHandler scenario_response(const json::object& source, const std::filesystem::path& folder,
                             ScenarioLatches& latches, const RenderAnswer& render) {
    check_members(source,
                  {"text", "reasoning", "reasoning_details", "tool_calls", "finish_reason",
                   "native_finish_reason", "id", "model", "provider", "comments", "done",
                   "word_delay_ms", "usage", "error", "recording", "timed", "body", "json",
                   "status", "reason", "headers", "split", "framing", "after", "write_size",
                   "delay_ms", "head_byte_delay_ms", "informational"},
                  "respond");
    const bool plain = source.contains("body") || source.contains("json");
    if (source.contains("recording") || source.contains("error") || plain) {
        SimResponse response;
        if (const auto* error = member_at(source, "error")) {
            response = read_error(error->as_object());
        } else if (plain) {
            response = read_plain(source, latches);
        } else {
            const auto recording = load_recording(folder / text_at(source, "recording"));
            response = flag_at(source, "timed", false) ? recording.timed() : recording.response;
        }
        read_transport(source, response);
        return [response](const SimRequest&) { return response; };
    }
    const auto answer = read_answer(source);
    SimResponse probe;
    read_transport(source, probe);  // mistakes come out now, not at the first request
    return [answer, source, render](const SimRequest& request) {
        auto response = render(with_marks(answer, request), request);
        read_transport(source, response);
        return response;
    };
}

}  // namespace capstan::testing
