#pragma once

#include "oauth/oauth_challenge.hpp"
#include "oauth/oauth_discovery.hpp"
#include "oauth/oauth_tokens.hpp"

#include <capstan/tools/mcp.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <type_traits>

namespace capstan::oauth {

/// A request that a server refused for the want of a (better) token.
struct Refusal {
    Refusal() = default;

    int status = 401;
    Challenge challenge;
    std::string token;        ///< that was sent; empty: none
    bool with_user = true;    ///< the user may be asked
    bool may_refresh = true;  ///< false: a refreshed token was refused already
};
static_assert(!std::is_aggregate_v<Refusal>);

/// The authorization at one MCP server, for all its connections. Those who need a token at the same
/// time share the way to it, which ends when the last of them stops waiting. All on one executor.
class Authorizer : public std::enable_shared_from_this<Authorizer> {
public:
    using Self = std::shared_ptr<Authorizer>;

    Authorizer(asio::any_io_executor executor, const McpServerConfig& config,
               const McpClientOptions& options);

    /// For the next request; empty if there is none. One that ends is renewed first, without the
    /// user. Throws HttpError of kind cancelled when `stop` asks for it.
    static asio::awaitable<std::string> token(Self self, std::stop_token stop);

    /// As it is, without any renewal.
    const std::string& last_token() const noexcept { return kept_.tokens.access; }

    /// Obtains another token. True if it was granted anew: it makes no sense to renew it when it
    /// is refused, too. Throws McpError, or HttpError of kind cancelled when `stop` asks for it.
    static asio::awaitable<bool> renew(Self self, Refusal refusal, std::stop_token stop);

    /// Whether it says that a token, or more than the token has, is wanted.
    static bool is_refusal(int status, const Challenge& challenge);

private:
    struct Attempt;
    using AttemptPtr = std::shared_ptr<Attempt>;

    AttemptPtr begin(Refusal refusal);
    static asio::awaitable<void> wait(AttemptPtr attempt, std::stop_token stop);
    static asio::awaitable<void> run(Self self, AttemptPtr attempt);
    static asio::awaitable<void> obtain(Self self, AttemptPtr attempt);
    static asio::awaitable<void> load(Self self);
    static asio::awaitable<void> save(Self self);
    static asio::awaitable<void> find(Self self, Refusal refusal);
    static asio::awaitable<bool> refresh(Self self, Refusal refusal);
    static asio::awaitable<void> grant(Self self, AttemptPtr attempt);
    static asio::awaitable<Tokens> ask_user(Self self, AttemptPtr attempt, std::string scope);
    static asio::awaitable<std::string> open_browser(Self self, AttemptPtr attempt,
                                                     std::string url);
    static asio::awaitable<Tokens> use_identity(Self self, std::string scope);
    static asio::awaitable<std::string> exchange_identity(Self self, std::string id_token,
                                                          std::string scope);
    static asio::awaitable<Client> client_for_user(Self self, std::string scope);
    static asio::awaitable<Client> register_client(Self self, std::string scope);
    static asio::awaitable<Tokens> request_tokens(Self self, Form form, Client client,
                                                  std::string scope);

    bool is_new(const std::string& refused) const;
    bool can_grant(bool with_user) const;
    std::optional<Client> known_client() const;
    std::string wanted_scope(const Refusal& refusal) const;
    void check_step_up(const Refusal& refusal) const;
    void take(Tokens tokens);
    std::exception_ptr for_person(std::exception_ptr error, const Attempt& attempt) const;

    asio::any_io_executor executor_;
    const McpServerConfig config_;
    const McpAuthorizationOptions options_;
    const std::string url_;  // canonical
    const bool safe_;        // tokens may go there
    HttpClient http_;
    Kept kept_;
    std::optional<Discovered> found_;
    std::optional<std::string> asked_scope_;  // of the last grant in this process
    std::string distrusted_;  // the id of a registered client that was refused, or never came back
    AttemptPtr attempt_;
    bool loaded_ = false;
    bool store_failed_ = false;  // what is in memory is newer
};

/// Null where the server is none of HTTP, has a header "Authorization" of its own, or there is no
/// way to a token.
std::shared_ptr<Authorizer> make_authorizer(asio::any_io_executor executor,
                                            const McpServerConfig& config,
                                            const McpClientOptions& options);

}  // namespace capstan::oauth
