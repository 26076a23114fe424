#include "responses/input_items.hpp"

#include "chat/model_slug.hpp"
#include "chat/reasoning_filter.hpp"
#include "chat/tool_call_ids.hpp"
#include "chat/transcript.hpp"
#include "responses/assistant_items.hpp"
#include "responses/input_parts.hpp"

#include <set>
#include <string_view>

namespace capstan::responses {
namespace {

/// The model by whose rule ids are mapped: the API itself takes what Anthropic takes, 64 letters,
/// digits, '-' and '_'; Mistral, behind a router, less.
std::string rule_of_ids(const std::vector<std::string>& models) {
    const std::string model = models.empty() ? std::string() : models.front();
    return vendor_of(model) == "mistralai" ? model : std::string("anthropic/any");
}

class InputWriter {
public:
    InputWriter(std::string& out, const InputOptions& options, const ToolCallIds& ids)
        : out_(out), filter_(options.models, options.replay) {
        format_.stored = options.stored;
        if (!options.models.empty()) format_.model = options.models.front();
        format_.ids = &ids;
    }

    void append(const Message& message) {
        std::visit([&](const auto& known) { add(known); }, message);
        add_media(result_.media, message);
    }

    const InputText& result() const noexcept { return result_; }

private:
    void add(const SystemMessage& message) { add_message(message.role, message.content); }
    void add(const UserMessage& message) { add_message("user", message.content); }

    void add_message(std::string_view role, const Content& content) {
        begin() += R"({"type":"message","role":)";
        append_json_string(out_, role);
        out_ += R"(,"content":)";
        append_input_content(out_, content);
        out_ += '}';
    }

    void add(const AssistantMessage& message) {
        for (const ToolCall& call : message.tool_calls)
            if (find_string(call.extra, "type") == "custom") custom_calls_.insert(call.id);
        const ReasoningView view = filter_.next(message);
        AssistantItems items(out_, count_, format_);
        result_.has_replayed_reasoning |= items.append(message, view.details);
    }

    void add(const ToolMessage& message) {
        const bool custom = custom_calls_.contains(message.tool_call_id);
        begin() += custom ? R"({"type":"custom_tool_call_output","call_id":)"
                          : R"({"type":"function_call_output","call_id":)";
        append_json_string(out_, sent_id(format_, message.tool_call_id));
        out_ += R"(,"output":)";
        append_input_content(out_, message.content);
        out_ += '}';
    }

    std::string& begin() {
        if (count_++ > 0) out_ += ',';
        return out_;
    }

    std::string& out_;
    std::size_t count_ = 0;
    AssistantFormat format_;
    ReasoningFilter filter_;
    std::set<std::string> custom_calls_;
    InputText result_;
};

}  // namespace

InputText append_input(std::string& out, const MessageRequest& request,
                       const InputOptions& options) {
    const bool only_prompt = request.messages.empty();
    const Transcript transcript(only_prompt ? request.system_prompt : std::string(),
                                request.messages);
    const ToolCallIds ids = map_tool_call_ids(transcript.messages(), rule_of_ids(options.models));
    out += '[';
    InputWriter writer(out, options, ids);
    for (const Message* message : transcript.messages()) writer.append(*message);
    out += ']';
    return writer.result();
}

}  // namespace capstan::responses
