#include <capstan/chunk.hpp>

namespace capstan {

std::string_view to_string(FinishReason reason) noexcept {
    switch (reason) {
        case FinishReason::stop:
            return "stop";
        case FinishReason::length:
            return "length";
        case FinishReason::tool_calls:
            return "tool_calls";
        case FinishReason::content_filter:
            return "content_filter";
        case FinishReason::error:
            return "error";
        case FinishReason::other:
            break;
    }
    return "other";
}

}  // namespace capstan
