#include "harbor.hpp"

#include <capstan/conversation.hpp>
#include <capstan/json.hpp>
#include <capstan/text_joiner.hpp>

#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace json = boost::json;
using namespace capstan;

namespace {

/// Our transcript in Harbor's words: {"who", "text"}, with the calls and results of tools.
json::object message_of(const Message& message) {
    json::object out;
    if (const auto* system = std::get_if<SystemMessage>(&message)) {
        out["who"] = "house";
        out["text"] = text_of(system->content);
    } else if (const auto* user = std::get_if<UserMessage>(&message)) {
        out["who"] = "guest";
        out["text"] = text_of(user->content);
    } else if (const auto* result = std::get_if<ToolMessage>(&message)) {
        out["who"] = "tool";
        out["call"] = result->tool_call_id;
        out["text"] = text_of(result->content);
    } else if (const auto* assistant = std::get_if<AssistantMessage>(&message)) {
        out["who"] = "harbor";
        out["text"] = text_of(assistant->content);
        json::array uses;
        for (const auto& call : assistant->tool_calls) {
            json::object use;
            use["use"] = call.name;
            use["call"] = call.id;
            use["with"] = try_parse_json(call.arguments).value_or(json::object());
            uses.push_back(std::move(use));
        }
        if (!uses.empty()) out["uses"] = std::move(uses);
    }
    return out;
}

json::array tools_of(const ToolDefinitions& definitions) {
    json::array tools;
    for (const auto& definition : definitions) {
        const auto* function = std::get_if<FunctionTool>(&definition);
        if (!function) continue;
        json::object tool;
        tool["name"] = function->name;
        tool["what"] = function->description;
        tool["takes"] = function->parameters;
        tools.push_back(std::move(tool));
    }
    return tools;
}

class HarborDecoder final : public AnswerDecoder {
public:
    explicit HarborDecoder(std::string model) : model_(std::move(model)) {}

    void decode_event(const SseEvent& event, std::vector<StreamChunk>& out) override {
        const auto value = try_parse_json(event.data);
        if (!value || !value->is_object()) {
            if (!malformed_) malformed_ = to_valid_utf8(event.data.substr(0, 200));
            return;
        }
        decode(value->get_object(), out);
    }
    void decode_body(std::string_view body, std::vector<StreamChunk>&) override {
        malformed_ = to_valid_utf8(body.substr(0, 200));  // a page in the place of lines
    }

    bool complete() const noexcept override { return finished() || error_ || malformed_; }
    bool finished() const noexcept override { return !end_.empty(); }
    bool empty() const noexcept override { return empty_; }
    std::optional<Usage> usage() const override { return usage_; }
    std::optional<InBandError> error() const override { return error_; }
    std::optional<std::string> malformed() const override { return malformed_; }

    FinishChunk finish_chunk() const override {
        FinishChunk finish;
        finish.reason = error_          ? FinishReason::error
                        : end_ == "cut" ? FinishReason::length
                        : calls_ > 0    ? FinishReason::tool_calls
                        : end_ == "done" ? FinishReason::stop
                                         : FinishReason::other;
        finish.finish_reason = end_;
        finish.model = model_;
        return finish;
    }

    /// Half a character that never got its other half.
    void finish(std::vector<StreamChunk>& out) override {
        add_thought(thought_.flush(), out);
        add_text(text_.flush(), out);
    }

private:
    void decode(const json::object& line, std::vector<StreamChunk>& out) {
        if (const auto text = find_string(line, "say")) {
            add_text(text_.join(*text), out);
        } else if (const auto thought = find_string(line, "think")) {
            add_thought(thought_.join(*thought), out);
        } else if (const auto tool = find_string(line, "use")) {
            add_call(*tool, line, out);
        } else if (const auto* fault = find_object(line, "fault")) {
            error_.emplace().object = *fault;  // {"code", "message"}: as errors usually are
        } else if (const auto end = find_string(line, "end")) {
            end_ = *end;
            usage_.emplace().source = UsageSource::stream;
            usage_->input_tokens = find_int(line, "in");
            usage_->output_tokens = find_int(line, "out");
            usage_->raw = line;
        } else {
            add_unknown(line, out);
        }
    }

    void add_text(std::string text, std::vector<StreamChunk>& out) {
        if (text.empty()) return;
        out.push_back(TextChunk(std::move(text)));
        empty_ = false;
    }

    void add_thought(std::string text, std::vector<StreamChunk>& out) {
        if (text.empty()) return;
        ReasoningChunk chunk;
        chunk.text = std::move(text);
        out.push_back(std::move(chunk));
        empty_ = false;
    }

    /// Lines of kinds that came after us: the program may know them.
    void add_unknown(const json::object& line, std::vector<StreamChunk>& out) {
        for (const auto& [name, value] : line) {
            ExtraChunk chunk;
            chunk.name = name;
            chunk.value = value;
            out.push_back(std::move(chunk));
        }
    }

    void add_call(std::string_view tool, const json::object& line, std::vector<StreamChunk>& out) {
        ToolCallChunk chunk;
        chunk.index = calls_++;
        chunk.name = tool;
        chunk.id = find_string(line, "call").value_or("");
        const auto* with = find_object(line, "with");
        chunk.arguments = with ? to_json_text(*with) : "{}";
        out.push_back(std::move(chunk));
        empty_ = false;
    }

    std::string model_;
    TextJoiner text_;     // a character may be cut in two by the wire
    TextJoiner thought_;
    std::size_t calls_ = 0;
    bool empty_ = true;
    std::string end_;
    std::optional<Usage> usage_;
    std::optional<InBandError> error_;
    std::optional<std::string> malformed_;
};

class HarborDialect final : public Dialect {
public:
    explicit HarborDialect(ProviderOptions options) : options_(std::move(options)) {
        options_.api_key.clear();  // the handler keeps it
        site_.name = "Harbor";
        site_.base_url = "https://harbor.example/v1";
        site_.key_variable = "HARBOR_API_KEY";
        site_.url_variable = "HARBOR_BASE_URL";
    }

    const ProviderSite& site() const noexcept override { return site_; }
    StreamFraming framing() const noexcept override { return StreamFraming::lines; }

    ProviderSupport support() const override {
        ProviderSupport support;
        support.tools = true;
        support.reasoning = true;
        return support;
    }

    WireRequest write(const MessageRequest& call, ReasoningReplay) const override {
        const auto request = with_settings(options_, call);
        json::object body;
        body["ship"] = request.model;
        if (request.sampling.temperature) body["heat"] = *request.sampling.temperature;
        if (request.max_tokens) body["most"] = *request.max_tokens;
        json::array talk;
        if (!request.system_prompt.empty())
            talk.push_back(message_of(SystemMessage(request.system_prompt)));
        for (const auto& message : request.messages.messages()) talk.push_back(message_of(message));
        body["talk"] = std::move(talk);
        if (auto tools = tools_of(request.tools); !tools.empty()) body["tools"] = std::move(tools);
        WireRequest wire;
        wire.path = "/talk";
        wire.model = body["ship"].as_string();
        wire.body = to_json_text(body);
        return wire;
    }

    std::unique_ptr<AnswerDecoder> decoder(const WireRequest& request) const override {
        return std::make_unique<HarborDecoder>(request.model);
    }

    /// Failure statuses come with a fault, too.
    std::optional<json::object> read_error(int, const HttpHeaders&,
                                           std::string_view body) const override {
        const auto answer = try_parse_json(body);
        const auto* object = answer ? answer->if_object() : nullptr;
        const auto* fault = object ? find_object(*object, "fault") : nullptr;
        if (!fault) return std::nullopt;
        return *fault;
    }

private:
    ProviderOptions options_;
    ProviderSite site_;
};

}  // namespace

HarborHandler::HarborHandler(ProviderOptions options)
    : DialectHandler(options, std::make_shared<HarborDialect>(options)) {}

void add_harbor(ProviderRegistry& registry) {
    registry.register_provider("harbor", provider_factory<HarborHandler, ProviderOptions>());
}
