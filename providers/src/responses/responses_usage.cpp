#include "responses/responses_usage.hpp"

#include "chat/usage_mapping.hpp"

#include <utility>

namespace capstan::responses {
namespace {

struct Name {
    std::string_view ours;
    std::string_view chat;
};

constexpr Name names[] = {
    {"input_tokens", "prompt_tokens"},
    {"output_tokens", "completion_tokens"},
    {"input_tokens_details", "prompt_tokens_details"},
    {"output_tokens_details", "completion_tokens_details"},
    {"cost", "cost"},
    {"is_byok", "is_byok"},
    {"cost_details", "cost_details"},
};

}  // namespace

Usage usage_of(const json::object& object) {
    json::object chat;
    for (const Name& name : names)
        if (const auto* value = find(object, name.ours)) chat[name.chat] = *value;
    Usage usage = usage_from_stream(chat);
    usage.raw = json::object(object, json::storage_ptr());
    return usage;
}

}  // namespace capstan::responses
