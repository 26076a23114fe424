#include "mcp/mcp_variables.hpp"

#include <capstan/tools/mcp.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace capstan {

namespace {

constexpr std::array<std::pair<std::string_view, Permission>, 3> permissions{
    {{"allow", Permission::allow}, {"deny", Permission::deny}, {"ask", Permission::ask}}};

/// One server of the file, read member by member; every error names the place.
class ServerReader {
public:
    ServerReader(std::string name, const json::object& members)
        : name_(std::move(name)), members_(members) {}

    McpServerConfig read() const {
        McpServerConfig config;
        config.name = name_;
        config.disabled = flag("disabled");
        // What a disabled server needs may well be missing here.
        if (config.disabled) return config;
        config.command = text("command");
        config.url = text("url");
        if (config.command.empty() == config.url.empty()) {
            throw McpError(
                fmt::format("mcpServers.{}: needs either \"command\" or \"url\"", name_));
        }
        config.args = texts("args");
        config.env = text_map("env");
        config.headers = text_map("headers");
        config.directory = text("cwd");
        read_authorization(config.authorization);
        read_permissions(config);
        read_times(config);
        return config;
    }

private:
    [[noreturn]] void fail(std::string_view place, std::string_view what) const {
        throw McpError(fmt::format("mcpServers.{}.{}: {}", name_, place, what));
    }

    std::string expand(std::string_view place, std::string_view value) const {
        try {
            return mcp::expand_variables(value, [](const std::string& variable) {
                const char* found = std::getenv(variable.c_str());
                return found ? std::optional<std::string>(found) : std::nullopt;
            });
        } catch (const McpError& error) {
            fail(place, error.what());
        }
    }

    /// Null if it is absent or null.
    const json::value* member(std::string_view key) const {
        const auto* value = find(members_, key);
        return value && !value->is_null() ? value : nullptr;
    }

    std::string text_of(std::string_view place, const json::value& value) const {
        if (!value.is_string()) fail(place, "expected a text");
        return expand(place, value.get_string());
    }

    std::string text(std::string_view key) const {
        const auto* value = member(key);
        return value ? text_of(key, *value) : std::string();
    }

    bool flag(std::string_view key) const {
        const auto* value = member(key);
        if (value && !value->is_bool()) fail(key, "expected true or false");
        return value && value->get_bool();
    }

    std::vector<std::string> texts(std::string_view key) const {
        std::vector<std::string> result;
        const auto* value = member(key);
        if (value && !value->is_array()) fail(key, "expected a list of texts");
        if (!value) return result;
        for (const auto& item : value->get_array()) {
            result.push_back(text_of(fmt::format("{}[{}]", key, result.size()), item));
        }
        return result;
    }

    std::map<std::string, std::string> text_map(std::string_view key) const {
        std::map<std::string, std::string> result;
        const auto* value = member(key);
        if (value && !value->is_object()) fail(key, "expected an object of texts");
        if (!value) return result;
        for (const auto& item : value->get_object()) {
            result[item.key()] =
                text_of(fmt::format("{}.{}", key, std::string_view(item.key())), item.value());
        }
        return result;
    }

    void read_authorization(McpServerAuthorization& authorization) const {
        const auto* value = member("oauth");
        if (value && !value->is_object()) fail("oauth", "expected an object");
        if (!value) return;
        const ServerReader oauth(name_ + ".oauth", value->get_object());
        authorization.client_id = oauth.text("clientId");
        authorization.client_secret = oauth.text("clientSecret");
        authorization.private_key = oauth.text("privateKey");
        authorization.issuer = oauth.text("issuer");
        authorization.scope = oauth.text("scope");
        const auto grant = oauth.text("grant");
        if (grant == "client_credentials") {
            authorization.grant = McpGrant::client_credentials;
        } else if (!grant.empty() && grant != "authorization_code") {
            oauth.fail("grant", "expected \"authorization_code\" or \"client_credentials\"");
        }
    }

    void read_permissions(McpServerConfig& config) const {
        config.always_allow = texts("alwaysAllow");
        for (auto& tool : texts("autoApprove")) config.always_allow.push_back(std::move(tool));
        const auto word = text("permission");
        if (word.empty()) return;
        const auto* found = std::find_if(permissions.begin(), permissions.end(),
                                         [&](const auto& known) { return known.first == word; });
        if (found == permissions.end()) {
            fail("permission", "expected \"allow\", \"deny\" or \"ask\"");
        }
        config.permission = found->second;
    }

    void read_time(std::string_view key, std::chrono::milliseconds& time) const {
        const auto* value = member(key);
        if (!value) return;
        const auto number = as_int(*value);
        constexpr std::int64_t week = 7 * 24 * 3'600'000;
        if (!number || *number < 1 || *number > week) fail(key, "expected milliseconds");
        time = std::chrono::milliseconds(*number);
    }

    void read_times(McpServerConfig& config) const {
        read_time("initTimeout", config.init_timeout);
        read_time("requestTimeout", config.request_timeout);
        read_time("maxRequestTime", config.max_request_time);
    }

    std::string name_;
    const json::object& members_;
};

}  // namespace

std::vector<McpServerConfig> read_mcp_config(std::string_view json_text) {
    const auto value = try_parse_json(json_text);
    if (!value || !value->is_object()) throw McpError("the MCP configuration is no JSON object");
    const auto* servers = find_object(value->get_object(), "mcpServers");
    if (!servers) throw McpError("the MCP configuration has no object \"mcpServers\"");
    std::vector<McpServerConfig> result;
    for (const auto& item : *servers) {
        const std::string name = item.key();
        const auto* members = item.value().if_object();
        if (name.empty()) throw McpError("mcpServers: a server has an empty name");
        if (!members) throw McpError(fmt::format("mcpServers.{}: expected an object", name));
        result.push_back(ServerReader(name, *members).read());
    }
    return result;
}

}  // namespace capstan
