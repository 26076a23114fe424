#include <capstan/tools/registry.hpp>

#include "registry/handler_tool.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <stdexcept>
#include <variant>

namespace capstan {

namespace {

void check_name(std::string_view name) {
    const auto accepted = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    };
    if (!name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), accepted))
        return;
    throw std::invalid_argument("a tool's name is 1 to 64 characters of A-Z a-z 0-9 _ -, not \"" +
                                std::string(name) + '"');
}

bool is_named(const std::shared_ptr<Tool>& tool, std::string_view name) {
    return tool->definition().name == name;
}

}  // namespace

/// A tool, or a source whose tools stand at its place.
class ToolRegistry::Impl {
public:
    using Entry = std::variant<std::shared_ptr<Tool>, std::shared_ptr<ToolSource>>;

    void add(std::shared_ptr<Tool> tool) {
        const std::string& name = tool->definition().name;
        check_name(name);
        const std::lock_guard lock(mutex_);
        for (const Entry& entry : entries_) {
            const auto* other = std::get_if<std::shared_ptr<Tool>>(&entry);
            if (!other || !is_named(*other, name)) continue;
            throw std::invalid_argument("there is a tool of that name already: " + name);
        }
        entries_.emplace_back(std::move(tool));
    }

    void add(std::shared_ptr<ToolSource> source) {
        const std::lock_guard lock(mutex_);
        entries_.emplace_back(std::move(source));
    }

    bool remove(std::string_view name) {
        const std::lock_guard lock(mutex_);
        return std::erase_if(entries_, [name](const Entry& entry) {
                   const auto* tool = std::get_if<std::shared_ptr<Tool>>(&entry);
                   return tool && is_named(*tool, name);
               }) > 0;
    }

    /// A copy, as sources are asked without the lock: they may take their time, and ours.
    std::vector<Entry> entries() const {
        const std::lock_guard lock(mutex_);
        return entries_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<Entry> entries_;
};

ToolRegistry::ToolRegistry() : impl_(std::make_unique<Impl>()) {}
ToolRegistry::~ToolRegistry() = default;

ToolRegistry& ToolRegistry::add(std::shared_ptr<Tool> tool) {
    if (!tool) throw std::invalid_argument("a tool to add is null");
    impl_->add(std::move(tool));
    return *this;
}

ToolRegistry& ToolRegistry::add(std::string name, std::string description, json::object parameters,
                                Handler handler, ToolOptions options) {
    FunctionTool definition;
    definition.name = std::move(name);
    definition.description = std::move(description);
    definition.parameters = std::move(parameters);
    return add(make_handler_tool(std::move(definition), std::move(handler), options));
}

ToolRegistry& ToolRegistry::add(std::shared_ptr<ToolSource> source) {
    if (!source) throw std::invalid_argument("a source of tools to add is null");
    impl_->add(std::move(source));
    return *this;
}

bool ToolRegistry::remove(std::string_view name) { return impl_->remove(name); }

std::vector<std::shared_ptr<Tool>> ToolRegistry::tools() const {
    const auto entries = impl_->entries();
    std::set<std::string, std::less<>> taken;
    for (const auto& entry : entries) {
        if (const auto* tool = std::get_if<0>(&entry)) taken.insert((*tool)->definition().name);
    }
    std::vector<std::shared_ptr<Tool>> tools;
    for (const auto& entry : entries) {
        if (const auto* tool = std::get_if<0>(&entry)) {
            tools.push_back(*tool);
            continue;
        }
        for (auto& tool : std::get<1>(entry)->tools()) {
            if (taken.insert(tool->definition().name).second) tools.push_back(std::move(tool));
        }
    }
    return tools;
}

std::shared_ptr<Tool> ToolRegistry::find(std::string_view name) const {
    const auto entries = impl_->entries();
    for (const auto& entry : entries) {
        const auto* tool = std::get_if<0>(&entry);
        if (tool && is_named(*tool, name)) return *tool;
    }
    for (const auto& entry : entries) {
        const auto* source = std::get_if<1>(&entry);
        if (!source) continue;
        if (auto found = (*source)->find(name)) return found;
    }
    return nullptr;
}

}  // namespace capstan
