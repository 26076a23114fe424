#pragma once

#include "mcp_http_server.hpp"

#include <map>
#include <mutex>
#include <string>

namespace test {

/// What a test wants to be otherwise at an OAuthServer.
struct OAuthRules {
    OAuthRules() = default;

    json::object resource;  ///< replaces members of the resource's metadata; null: removes
    json::object server;    ///< the same for the authorization server's
    std::string challenge = "read";     ///< scope of a 401; empty: it names none
    std::string write_scope = "write";  ///< what tool "b" needs; empty: nothing
    std::optional<std::string> granted_scope;  ///< whatever was asked for
    json::object token_answer;          ///< replaces members of good answers of the token endpoint
    std::optional<SimResponse> token_response;  ///< instead of all of them
    /// What the browser comes back with; {state} is replaced. Empty: a code.
    std::string redirect_query;
    int expires_in = 3600;
    bool has_resource_metadata = true;
    bool open_greeting = false;  ///< initialize needs no token
    bool accepts_tokens = true;  ///< false: 401 whatever is sent
};

/// An MCP server at /api/v1/mcp that wants authorization, and its authorization server at /as, both
/// strict: PKCE, redirect URI, client, resource and scopes are checked. Tool "b" needs the scope
/// "write".
class OAuthServer {
public:
    OAuthServer();

    McpHttpServer& mcp() { return mcp_; }
    std::string url() const { return mcp_.url(); }
    std::string origin() { return mcp_.simulator().origin(); }
    std::string issuer() { return origin() + "/as"; }

    template <class Change>
    void change(Change change) {
        const std::scoped_lock lock(mutex_);
        change(rules_);
    }
    void end_access_tokens();
    void end_refresh_tokens();
    void forget_clients();
    /// A client that is known beforehand.
    void add_client(const std::string& id, const std::string& secret);

    std::vector<SimRequest> at(const std::string& path);
    /// The form of the last token request.
    std::map<std::string, std::string> last_form();
    std::size_t consents() { return at("/as/authorize").size(); }
    std::size_t token_requests() { return at("/as/token").size(); }
    std::size_t registrations() { return at("/as/register").size(); }
    /// Everything that must never be shown to anybody.
    std::vector<std::string> secrets();

private:
    struct Grant {
        std::string challenge, client, redirect, scope, resource;
    };

    std::optional<SimResponse> guard(const SimRequest& request, const json::value& message);
    SimResponse page(const SimRequest& request);
    SimResponse authorize(const SimRequest& request);
    SimResponse token(const SimRequest& request);
    SimResponse exchange(std::map<std::string, std::string> form, const std::string& client);
    SimResponse tokens(const std::string& asked_scope, bool with_refresh);
    SimResponse register_client(const SimRequest& request);
    std::optional<std::string> proven_client(const SimRequest& request,
                                             const std::map<std::string, std::string>& form);
    std::string fresh(const std::string& kind);

    std::mutex mutex_;
    OAuthRules rules_;
    int next_ = 1;
    std::map<std::string, std::string> clients_;  // id, secret (empty: none)
    std::map<std::string, Grant> codes_;
    std::map<std::string, std::string> access_;   // token, scope
    std::map<std::string, std::string> refresh_;  // token, scope
    std::vector<std::string> secrets_;
    McpHttpServer mcp_;  // the last: its thread uses the others
};

std::map<std::string, std::string> read_form(const std::string& body);

}  // namespace test
