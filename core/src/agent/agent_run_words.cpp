#include <capstan/agent_run.hpp>

namespace capstan {

std::string_view to_string(ToolStatus status) noexcept {
    switch (status) {
    case ToolStatus::ok: return "ok";
    case ToolStatus::failed: return "failed";
    case ToolStatus::timed_out: return "timed_out";
    case ToolStatus::cancelled: return "cancelled";
    case ToolStatus::interrupted: return "interrupted";
    case ToolStatus::denied: return "denied";
    case ToolStatus::unknown_tool: return "unknown_tool";
    case ToolStatus::bad_arguments: return "bad_arguments";
    case ToolStatus::repeated: return "repeated";
    }
    return "failed";
}

}  // namespace capstan
