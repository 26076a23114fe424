#pragma once

#include "coding/coding_state.hpp"

#include <capstan/json_schema.hpp>
#include <capstan/tool.hpp>

#include <boost/describe/class.hpp>

#include <exception>
#include <string>
#include <utility>

namespace capstan::coding {

/// A tool with typed arguments that may say something before it is approved.
template <class Args>
class CodingTool : public Tool {
public:
    CodingTool(std::string name, std::string description, ToolOptions options) : options_(options) {
        definition_.name = std::move(name);
        definition_.description = std::move(description);
        definition_.parameters = schema_of<Args>();
    }

    const FunctionTool& definition() const final { return definition_; }
    ToolOptions options() const final { return options_; }
    std::string check(const json::value& arguments) const final {
        auto fault = conversion_fault<Args>(arguments);
        return fault.empty() ? fault_of(from_json<Args>(arguments)) : fault;
    }
    std::string approval_key(const json::value& arguments) const final {
        return key_of(from_json<Args>(arguments));
    }
    Permission permission(const json::value& arguments) const final {
        return permission_of(from_json<Args>(arguments));
    }
    std::string preview(const json::value& arguments) const final {
        try {
            return preview_of(from_json<Args>(arguments));
        } catch (const std::exception& error) {
            return error.what();  // the call would fail
        }
    }
    asio::awaitable<ToolResult> run(json::value arguments, ToolContext& context) final {
        return call(from_json<Args>(arguments), context);
    }

protected:
    virtual std::string fault_of(const Args&) const { return {}; }
    virtual std::string key_of(const Args&) const { return definition_.name; }
    virtual Permission permission_of(const Args&) const { return options_.permission; }
    virtual std::string preview_of(const Args&) const { return {}; }
    virtual asio::awaitable<ToolResult> call(Args args, ToolContext& context) = 0;

private:
    FunctionTool definition_;
    ToolOptions options_;
};

/// Of tools that only look.
inline ToolOptions reading_options() {
    ToolOptions options;
    options.repeatable = true;
    return options;
}

/// Of tools that change files or run programs: alone, and with approval.
inline ToolOptions changing_options() {
    ToolOptions options;
    options.exclusive = true;
    options.permission = Permission::ask;
    return options;
}

}  // namespace capstan::coding
