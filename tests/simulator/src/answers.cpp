#include <capstan/testing/answers.hpp>

#include "answer_text.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <utility>

namespace capstan::testing {

namespace json = boost::json;

namespace {

/// The members that every chunk of one answer has in common.
class ChunkWriter {
public:
    ChunkWriter(const Answer& answer, std::string id, std::string finish, std::string native)
        : head_(fmt::format(R"({{"id":{},"object":"chat.completion.chunk","created":{},"model":{},)"
                            R"("provider":{},"choices":[{{"index":0,"delta":)",
                            in_quotes(id), seconds_since_epoch(), in_quotes(answer.model),
                            in_quotes(answer.provider))),
          finish_(std::move(finish)),
          native_(std::move(native)) {}

    std::string open(std::string_view delta) const {
        return sse_event(
            fmt::format(R"({}{},"finish_reason":null,"native_finish_reason":null,)"
                        R"("logprobs":null}}]}})",
                        head_, delta));
    }

    std::string terminal(std::string_view usage) const {
        return sse_event(fmt::format(
            R"({}{{"role":"assistant","content":""}},"finish_reason":{},)"
            R"("native_finish_reason":{},"logprobs":null}}]{}{}}})",
            head_, in_quotes(finish_), in_quotes(native_), usage.empty() ? "" : ",\"usage\":",
            usage));
    }

private:
    std::string head_;
    std::string finish_;
    std::string native_;
};

void add_reasoning(const Answer& answer, const ChunkWriter& chunks, SimResponse& response) {
    const std::string_view format = "anthropic-claude-v1";
    for (const auto word : words_of(answer.reasoning)) {
        const auto detail = fmt::format(
            R"({{"type":"reasoning.text","text":{},"format":"{}","index":0}})", in_quotes(word),
            format);
        const bool with_detail = answer.reasoning_details.empty();
        response.body.push_back(send(chunks.open(fmt::format(
            R"({{"role":"assistant","content":"","reasoning":{}{}}})", in_quotes(word),
            with_detail ? fmt::format(R"(,"reasoning_details":[{}])", detail) : ""))));
    }
    if (!answer.reasoning_details.empty()) {
        response.body.push_back(send(chunks.open(
            fmt::format(R"({{"role":"assistant","content":"","reasoning_details":{}}})",
                        json::serialize(answer.reasoning_details)))));
    } else if (!answer.reasoning.empty()) {
        response.body.push_back(send(chunks.open(fmt::format(
            R"({{"role":"assistant","content":"","reasoning":null,"reasoning_details":[)"
            R"({{"type":"reasoning.text","signature":"{}","format":"{}","index":0}}]}})",
            signature_of(answer.reasoning), format))));
    }
}

void add_text(const Answer& answer, const ChunkWriter& chunks, SimResponse& response) {
    bool first = true;
    for (const auto word : words_of(answer.text)) {
        if (!std::exchange(first, false) && answer.word_delay.count() > 0)
            response.body.push_back(wait(answer.word_delay));
        response.body.push_back(send(chunks.open(
            fmt::format(R"({{"role":"assistant","content":{}}})", in_quotes(word)))));
    }
}

void add_tool_calls(const Answer& answer, const ChunkWriter& chunks, SimResponse& response) {
    for (std::size_t i = 0; i < answer.tool_calls.size(); ++i) {
        const auto& call = answer.tool_calls[i];
        response.body.push_back(send(chunks.open(fmt::format(
            R"({{"role":"assistant","content":null,"tool_calls":[{{"index":{},"id":{},)"
            R"("type":"function","function":{{"name":{},"arguments":""}}}}]}})",
            i, in_quotes(call.id), in_quotes(call.name)))));
        for (const auto part : fragments_of(call.arguments, 8))
            response.body.push_back(send(chunks.open(fmt::format(
                R"({{"role":"assistant","content":null,"tool_calls":[{{"index":{},)"
                R"("function":{{"arguments":{}}}}}]}})",
                i, in_quotes(part)))));
    }
}

std::string message_json(const Answer& answer) {
    auto message = fmt::format(
        R"({{"role":"assistant","content":{},"refusal":null,"reasoning":{})",
        answer.text.empty() && !answer.tool_calls.empty() ? "null" : in_quotes(answer.text),
        answer.reasoning.empty() ? "null" : in_quotes(answer.reasoning));
    if (!answer.reasoning_details.empty())
        message += ",\"reasoning_details\":" + json::serialize(answer.reasoning_details);
    else if (!answer.reasoning.empty())
        message += fmt::format(R"(,"reasoning_details":[{{"type":"reasoning.text","text":{},)"
                               R"("signature":"{}","format":"anthropic-claude-v1","index":0}}])",
                               in_quotes(answer.reasoning), signature_of(answer.reasoning));
    for (std::size_t i = 0; i < answer.tool_calls.size(); ++i) {
        const auto& call = answer.tool_calls[i];
        message += fmt::format(R"({}{{"index":{},"id":{},"type":"function",)"
                               R"("function":{{"name":{},"arguments":{}}}}})",
                               i == 0 ? ",\"tool_calls\":[" : ",", i, in_quotes(call.id),
                               in_quotes(call.name), in_quotes(call.arguments));
    }
    return message + (answer.tool_calls.empty() ? "}" : "]}");
}

std::string finish_of(const Answer& answer) {
    if (!answer.finish_reason.empty()) return answer.finish_reason;
    return answer.tool_calls.empty() ? "stop" : "tool_calls";
}

std::string native_finish_of(const Answer& answer) {
    return answer.native_finish_reason.empty() ? finish_of(answer) : answer.native_finish_reason;
}

Answer with_identity(Answer answer) {
    if (answer.id.empty()) answer.id = new_generation_id();
    if (answer.model.empty()) answer.model = "simulator/echo";
    return answer;
}

}  // namespace

SimResponse Answer::streamed() const {
    const auto answer = with_identity(*this);
    const ChunkWriter chunks(answer, answer.id, finish_of(answer), native_finish_of(answer));
    auto response = sse_raw({}, false);
    response.with_header("X-Generation-Id", answer.id);
    for (int i = 0; i < comments; ++i) response.body.push_back(send(sse_comment()));
    add_reasoning(answer, chunks, response);
    add_text(answer, chunks, response);
    add_tool_calls(answer, chunks, response);
    response.body.push_back(send(chunks.terminal({})));
    if (with_usage) response.body.push_back(send(chunks.terminal(usage_json(usage))));
    if (with_done) response.body.push_back(send(sse_event("[DONE]")));
    return response;
}

SimResponse Answer::single() const {
    const auto answer = with_identity(*this);
    const auto body = fmt::format(
        R"({{"id":{},"object":"chat.completion","created":{},"model":{},"provider":{},)"
        R"("system_fingerprint":null,"choices":[{{"index":0,"logprobs":null,"finish_reason":{},)"
        R"("native_finish_reason":{},"message":{}}}]{}{}}})",
        in_quotes(answer.id), seconds_since_epoch(), in_quotes(answer.model),
        in_quotes(answer.provider),
        in_quotes(finish_of(answer)), in_quotes(native_finish_of(answer)), message_json(answer),
        with_usage ? ",\"usage\":" : "", with_usage ? usage_json(usage) : "");
    auto response = plain_answer(200, "application/json", "\n         \n" + body);
    response.with_header("X-Generation-Id", answer.id);
    return response;
}

SimResponse Answer::answer(const SimRequest& request) const {
    Answer answer = *this;
    if (answer.model.empty()) answer.model = model_of(request);
    return request.wants_stream() ? answer.streamed() : answer.single();
}

Answer text_answer(std::string text) {
    Answer answer;
    answer.text = std::move(text);
    return answer;
}

Answer tool_call_answer(std::vector<AnswerToolCall> calls, std::string text) {
    Answer answer;
    answer.text = std::move(text);
    answer.tool_calls = std::move(calls);
    return answer;
}

}  // namespace capstan::testing
