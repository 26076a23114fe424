#pragma once

#include "run_awaitable.hpp"
#include "workspace_fixture.hpp"

#include <capstan/tools/coding_tools.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// The tools of a coding agent in a workspace of their own.
struct CodingFixture : WorkspaceFixture {
    explicit CodingFixture(capstan::CodingToolOptions options = {})
        : workspace(std::make_shared<capstan::Workspace>(root())) {
        capstan::add_coding_tools(tools, workspace, std::move(options));
    }

    capstan::Tool& tool(std::string_view name) const {
        const auto found = tools.find(name);
        REQUIRE(found);
        return *found;
    }

    /// A call as an agent makes it: checked, then run; exceptions become error results.
    capstan::ToolResult call(std::string_view name, const capstan::json::value& arguments) const {
        REQUIRE(tool(name).check(arguments) == "");
        capstan::ToolContext context;
        context.call_id = "call";
        context.on_progress = progress;
        try {
            return capstan::testing::run_awaitable(tool(name).run(arguments, context));
        } catch (const std::exception& error) {
            capstan::ToolResult result(error.what());
            result.is_error = true;
            return result;
        }
    }
    std::string text(std::string_view name, const capstan::json::value& arguments) const {
        const auto result = call(name, arguments);
        CHECK_FALSE(result.is_error);
        return capstan::text_of(result.content);
    }
    std::string error(std::string_view name, const capstan::json::value& arguments) const {
        const auto result = call(name, arguments);
        CHECK(result.is_error);
        return capstan::text_of(result.content);
    }

    std::shared_ptr<capstan::Workspace> workspace;
    capstan::ToolRegistry tools;
    capstan::ToolContext::ProgressCallback progress;
};

}  // namespace test
