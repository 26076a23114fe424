#pragma once

#include <capstan/testing/sim_response.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan::testing {

/// Token counts and cost as OpenRouter reports them (wire reference 9.1).
struct AnswerUsage {
    AnswerUsage() = default;

    std::int64_t prompt_tokens = 12;
    std::int64_t completion_tokens = 8;
    std::int64_t cached_tokens = 0;
    std::int64_t cache_write_tokens = 0;
    std::int64_t reasoning_tokens = 0;
    std::string cost = "0.000042";  ///< written as this very text, in USD
    bool is_byok = false;
    std::string upstream_cost;      ///< empty: null
};
static_assert(!std::is_aggregate_v<AnswerUsage>);

struct AnswerToolCall {
    AnswerToolCall() = default;
    AnswerToolCall(std::string call_id, std::string tool, std::string json_arguments)
        : id(std::move(call_id)), name(std::move(tool)), arguments(std::move(json_arguments)) {}

    std::string id;
    std::string name;
    std::string arguments;  ///< JSON as text; streamed in fragments
};
static_assert(!std::is_aggregate_v<AnswerToolCall>);

/// What a model says in one turn, in the shapes of OpenRouter: streamed or single.
struct Answer {
    Answer() = default;

    std::string text;
    /// Plain; a reasoning.text detail is made of it unless details are given.
    std::string reasoning;
    boost::json::array reasoning_details;  ///< streamed in one delta, verbatim
    std::vector<AnswerToolCall> tool_calls;
    std::string finish_reason;  ///< empty: "tool_calls" with tool calls, else "stop"
    std::string native_finish_reason;  ///< empty: the same as finish_reason
    AnswerUsage usage;
    bool with_usage = true;     ///< false: no usage anywhere (only /generation knows)
    bool with_done = true;      ///< false: the stream ends without [DONE]
    int comments = 1;           ///< ": OPENROUTER PROCESSING" before the first chunk
    std::string id;             ///< empty: a new "gen-..."
    std::string model;          ///< empty: the request's
    std::string provider = "Simulator";
    std::chrono::microseconds word_delay{0};  ///< streamed: between two text chunks

    /// Server-sent events: comments, role on every delta, one text chunk a word, the terminal
    /// chunk twice (the second with usage), [DONE].
    SimResponse streamed() const;
    /// One JSON body after the white space that keeps the connection alive.
    SimResponse single() const;
    /// As the request asked; takes the model from it.
    SimResponse answer(const SimRequest& request) const;
};
static_assert(!std::is_aggregate_v<Answer>);

/// A fresh "gen-<seconds>-<letters>".
std::string new_generation_id();

Answer text_answer(std::string text);
Answer tool_call_answer(std::vector<AnswerToolCall> calls, std::string text = {});

/// HTTP 200, text/event-stream: one event for each value, one send step an event, then [DONE].
SimResponse sse(const std::vector<boost::json::value>& events, bool done = true);
/// The same of payload texts, taken verbatim (not even checked to be JSON).
SimResponse sse_raw(const std::vector<std::string>& payloads, bool done = true);
/// "data: <payload>\n\n".
std::string sse_event(std::string_view payload);
/// ": <text>\n\n".
std::string sse_comment(std::string_view text = "OPENROUTER PROCESSING");

/// One chat.completion.chunk with this delta.
boost::json::value chunk(boost::json::object delta, std::string_view finish_reason = {});
boost::json::value text_chunk(std::string_view text);

SimResponse json_answer(const boost::json::value& body, int status = 200);
/// {"error":{"code","message","metadata"}}. `code` null: the member is left out.
SimResponse error_answer(int status, boost::json::value code, std::string_view message,
                         boost::json::value metadata = nullptr);
/// error_answer with the status as code.
SimResponse error_answer(int status, std::string_view message);
/// HTTP 200, words of `text_before` streamed, then an error chunk (wire reference 4.6).
SimResponse mid_stream_error(std::string_view text_before, boost::json::value code,
                             std::string_view message, boost::json::value metadata = nullptr,
                             bool done = false);
/// Any body with any type: Cloudflare's HTML, an empty 502, ...
SimResponse plain_answer(int status, std::string content_type, std::string body);

/// After the request, not one byte: FIN, or RST.
SimResponse dropped();
SimResponse dropped_by_reset();
/// After the request, nothing at all while the connection stays open.
SimResponse no_answer();
/// The head and the first `bytes` bytes of the body, then what `end` does (close, reset, silence).
SimResponse cut_after(SimResponse response, std::size_t bytes, Step end);

}  // namespace capstan::testing
