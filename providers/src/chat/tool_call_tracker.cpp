#include "chat/tool_call_tracker.hpp"

#include <algorithm>
#include <utility>

namespace capstan {
namespace {

std::string_view text_of_value(const json::value& value) {
    return value.is_string() ? std::string_view(value.get_string()) : std::string_view();
}

bool is_whole_object(std::string_view text) {
    const auto start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos || text[start] != '{') return false;
    const auto value = try_parse_json(text);
    return value && value->is_object();
}

}  // namespace

void ToolCallTracker::add(const json::array& fragments, std::vector<StreamChunk>& out) {
    ++deltas_;
    std::size_t position = 0;
    for (const json::value& value : fragments) {
        if (!value.is_object()) continue;
        Fragment fragment = read(value.get_object());
        fragment.position = position++;
        fragment.siblings = fragments.size();
        add_fragment(std::move(fragment), out);
    }
}

void ToolCallTracker::add_function_call(const json::object& function,
                                        std::vector<StreamChunk>& out) {
    ++deltas_;
    Fragment fragment;
    read_function(fragment, "function", function);
    add_fragment(std::move(fragment), out);
}

void ToolCallTracker::finish(std::vector<StreamChunk>& out) {
    for (std::size_t i = 0; i < calls_.size(); ++i) {
        if (!calls_[i].arguments.holds_back()) continue;
        ToolCallChunk chunk;
        chunk.index = i;
        chunk.arguments = calls_[i].arguments.flush();
        out.emplace_back(std::move(chunk));
    }
}

bool ToolCallTracker::any_complete() const noexcept {
    return std::any_of(calls_.begin(), calls_.end(),
                       [](const Call& call) { return !call.name.empty(); });
}

void ToolCallTracker::read_function(Fragment& fragment, std::string_view kind,
                                    const json::object& function) {
    for (const auto& member : function) {
        const std::string_view key = member.key();
        const json::value& value = member.value();
        if (key == "name") {
            fragment.name = text_of_value(value);
        } else if (key == "arguments" || key == "input") {
            // Arguments are text; a provider that sends them as JSON means its text.
            fragment.arguments_text = text_of_value(value);
            fragment.arguments_json.clear();
            if (!value.is_string() && !value.is_null())
                fragment.arguments_json = to_json_text(value);
        } else if (!value.is_null()) {
            json::value& more = fragment.extra[kind];
            if (!more.is_object()) more.emplace_object();
            more.get_object()[key] = value;
        }
    }
}

ToolCallTracker::Fragment ToolCallTracker::read(const json::object& object) {
    Fragment fragment;
    for (const auto& member : object) {
        const std::string_view key = member.key();
        const json::value& value = member.value();
        if (key == "index") {
            fragment.index = as_int(value);
        } else if (key == "id") {
            fragment.id = text_of_value(value);
        } else if ((key == "function" || key == "custom") && value.is_object()) {
            read_function(fragment, key, value.get_object());
        } else if (!value.is_null() && !(key == "type" && text_of_value(value) != "custom")) {
            fragment.extra[key] = value;
        }
    }
    return fragment;
}

void ToolCallTracker::add_fragment(Fragment fragment, std::vector<StreamChunk>& out) {
    ToolCallChunk chunk;
    chunk.index = call_for(fragment);
    Call& call = calls_[chunk.index];
    if (call.id.empty() && !fragment.id.empty()) {
        chunk.id = call.id = to_valid_utf8(fragment.id);
    }
    if (call.name.empty() && !fragment.name.empty()) {
        chunk.name = call.name = to_valid_utf8(fragment.name);
    }
    if (!call.index) call.index = fragment.index;
    if (!call.has_arguments && !fragment.arguments().empty()) {
        call.has_arguments = true;
        call.came_whole = is_whole_object(fragment.arguments());
    }
    chunk.arguments = call.arguments.join(fragment.arguments());
    chunk.extra = std::move(fragment.extra);
    const bool says_something = !chunk.id.empty() || !chunk.name.empty() ||
                                !chunk.arguments.empty() || !chunk.extra.empty();
    if (says_something) out.emplace_back(std::move(chunk));
}

std::size_t ToolCallTracker::call_for(const Fragment& fragment) {
    const auto found = fragment.index ? find_by_index(fragment) : find_without_index(fragment);
    if (found) return *found;
    Call call;
    call.index = fragment.index;
    call.delta = deltas_;
    calls_.push_back(std::move(call));
    return calls_.size() - 1;
}

std::optional<std::size_t> ToolCallTracker::find_by_index(const Fragment& fragment) const {
    std::optional<std::size_t> latest;
    for (std::size_t i = calls_.size(); i-- > 0;) {
        if (calls_[i].index != fragment.index) continue;
        if (!fragment.id.empty() && calls_[i].id == fragment.id) return i;
        if (!latest) latest = i;
    }
    if (latest) return opens_another(calls_[*latest], fragment) ? std::nullopt : latest;
    return find_unindexed(fragment);
}

std::optional<std::size_t> ToolCallTracker::find_unindexed(const Fragment& fragment) const {
    for (std::size_t i = calls_.size(); i-- > 0;) {
        const Call& call = calls_[i];
        if (call.index) continue;
        const bool anonymous = call.id.empty() && call.name.empty();
        if (anonymous || (!call.id.empty() && call.id == fragment.id)) return i;
    }
    return std::nullopt;
}

std::optional<std::size_t> ToolCallTracker::find_without_index(const Fragment& fragment) const {
    if (calls_.empty()) return std::nullopt;
    for (std::size_t i = calls_.size(); i-- > 0;) {
        if (!fragment.id.empty() && calls_[i].id == fragment.id) return i;
    }
    const bool anonymous = fragment.id.empty() && fragment.name.empty();
    if (anonymous && fragment.siblings > 1 && fragment.position < calls_.size()) {
        return fragment.position;
    }
    if (opens_another(calls_.back(), fragment)) return std::nullopt;
    return calls_.size() - 1;
}

bool ToolCallTracker::opens_another(const Call& call, const Fragment& fragment) const {
    if (!fragment.id.empty() && !call.id.empty()) return fragment.id != call.id;
    if (fragment.name.empty() || call.name.empty()) return false;
    if (call.delta == deltas_) return true;  // one delta does not name a call twice
    if (call.has_arguments && fragment.name != call.name) return true;
    // Whole calls without ids, one after the other: nothing can follow a whole object.
    return call.came_whole && is_whole_object(fragment.arguments());
}

}  // namespace capstan
