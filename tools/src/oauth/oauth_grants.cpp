// The ways to a token that an Authorizer has.
#include "oauth/oauth_attempt.hpp"
#include "oauth/oauth_authorizer.hpp"
#include "oauth/oauth_crypto.hpp"
#include "oauth/oauth_http.hpp"
#include "oauth/oauth_request.hpp"
#include "oauth/oauth_scope.hpp"

#include <capstan/redact.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <fmt/format.h>

#include <array>
#include <utility>

namespace capstan::oauth {

namespace {

Time now() { return std::chrono::system_clock::now(); }

/// The values of a token request that a server might quote.
std::vector<std::string> secrets_of(const Form& form, const Client& client) {
    constexpr std::array<std::string_view, 6> names = {
        "code", "code_verifier", "refresh_token", "client_assertion", "assertion", "subject_token"};
    std::vector<std::string> secrets;
    if (!client.secret.empty()) secrets.push_back(client.secret);
    for (const auto name : names) {
        auto value = form_value(form, name);
        if (!value.empty()) secrets.push_back(std::move(value));
    }
    return secrets;
}

OAuthError without_secrets(const OAuthError& error, std::string_view endpoint,
                           const std::vector<std::string>& secrets) {
    return OAuthError(error.code(), fmt::format("{} refused: {}", origin_of(endpoint),
                                                redact(error.what(), secrets)));
}

bool is_accident(const OAuthError& error) {
    const auto& code = error.code();
    return code.empty() || code == "server_error" || code == "temporarily_unavailable";
}

/// A client that another authorization server knows is of no use.
bool is_good(const Client& client, const std::string& redirect_uri, const std::string& scope) {
    const bool expired = client.secret_expires_at && *client.secret_expires_at <= now();
    return !client.id.empty() && !expired && client.redirect_uri == redirect_uri &&
           (client.scope.empty() || has_scopes(client.scope, scope));
}

}  // namespace

asio::awaitable<void> Authorizer::load(Self self) {
    self->loaded_ = true;
    if (!self->options_.tokens || self->store_failed_) co_return;
    try {
        auto loading = self->options_.tokens->load(self->url_);
        const auto object = co_await std::move(loading);
        if (!object.empty()) self->kept_ = kept_from_json(object);
    } catch (const std::exception&) {
        // Then nothing was kept.
    }
}

asio::awaitable<void> Authorizer::save(Self self) {
    if (!self->options_.tokens) co_return;
    try {
        auto saving = self->options_.tokens->save(self->url_, to_json(self->kept_));
        co_await std::move(saving);
        self->store_failed_ = false;
    } catch (const std::exception&) {
        self->store_failed_ = true;
    }
}

void Authorizer::take(Tokens tokens) {
    if (!is_same_issuer(kept_.issuer, found_->server.issuer)) kept_.tokens = Tokens();
    kept_.issuer = found_->server.issuer;
    // A server that gives no new one lets the old one live on (RFC 6749 section 6).
    if (tokens.refresh.empty()) tokens.refresh = kept_.tokens.refresh;
    kept_.tokens = std::move(tokens);
}

asio::awaitable<void> Authorizer::find(Self self, Refusal refusal) {
    const auto& own = self->config_.authorization;
    Search search;
    search.server_url = self->url_;
    search.resource_metadata = refusal.challenge.resource_metadata;
    search.issuer = own.issuer;
    search.known_issuer = self->kept_.issuer;
    search.with_user = own.grant == McpGrant::authorization_code;
    auto found = co_await discover(self->http_, std::move(search));
    self->found_ = std::move(found);
}

/// One that needs no registration any more.
std::optional<Client> Authorizer::known_client() const {
    const auto& own = config_.authorization;
    Client client;
    client.id = own.client_id;
    client.private_key = own.private_key;
    if (!client.id.empty()) {
        client.secret = own.client_secret;
        return client;
    }
    if (found_->server.client_id_metadata_documents &&
        is_client_metadata_url(options_.client_metadata_url)) {
        client.id = options_.client_metadata_url;
        return client;
    }
    if (!is_same_issuer(kept_.issuer, found_->server.issuer) || kept_.client.id.empty()) {
        return std::nullopt;
    }
    return kept_.client;
}

/// False: the refresh token is of no use, and gone.
asio::awaitable<bool> Authorizer::refresh(Self self, Refusal refusal) {
    if (!self->found_) co_await find(self, refusal);
    const auto client = self->known_client();
    const bool same = is_same_issuer(self->kept_.issuer, self->found_->server.issuer);
    if (!client || !same) co_return false;
    try {
        auto form = refresh_form(*self->found_, self->kept_.tokens.refresh);
        auto tokens =
            co_await request_tokens(self, std::move(form), *client, self->kept_.tokens.scope);
        self->take(std::move(tokens));
    } catch (const OAuthError& error) {
        if (is_accident(error)) throw;  // the token may be good the next time
        self->kept_.tokens = Tokens();
    }
    co_await save(self);
    co_return !self->kept_.tokens.access.empty();
}

std::string Authorizer::wanted_scope(const Refusal& refusal) const {
    const auto& own = config_.authorization;
    const bool with_user = own.grant == McpGrant::authorization_code;
    auto scope = choose_scope(own.scope, refusal.challenge.scope, *found_, with_user);
    if (refusal.status != 403) return scope;
    // What is there already must not be lost.
    const auto had = asked_scope_.value_or(kept_.tokens.scope);
    return merge_scopes(merge_scopes(had, scope), refusal.challenge.scope);
}

asio::awaitable<void> Authorizer::grant(Self self, AttemptPtr attempt) {
    co_await find(self, attempt->refusal);
    const auto scope = self->wanted_scope(attempt->refusal);
    self->asked_scope_ = scope;
    Tokens tokens;
    const auto kind = self->config_.authorization.grant;
    if (kind == McpGrant::authorization_code) {
        tokens = co_await ask_user(self, attempt, scope);
    } else if (kind == McpGrant::identity_assertion) {
        tokens = co_await use_identity(self, scope);
    } else {
        const auto client = self->known_client();
        if (!client) throw std::runtime_error("its configuration has no client id");
        auto form = client_credentials_form(*self->found_, scope);
        tokens = co_await request_tokens(self, std::move(form), *client, scope);
    }
    self->kept_.tokens = Tokens();
    self->take(std::move(tokens));
    co_await save(self);
}

asio::awaitable<Tokens> Authorizer::ask_user(Self self, AttemptPtr attempt, std::string scope) {
    const auto& redirect_uri = self->options_.redirect_uri;
    if (!is_safe_url(redirect_uri, redirect_uri)) {
        throw std::runtime_error("the redirect URI is neither on this machine nor https");
    }
    const auto client = co_await client_for_user(self, scope);
    const auto secrets = Secrets::make();
    auto url = authorization_url(*self->found_, client.id, redirect_uri, scope, secrets);
    // The server may have forgotten the client: its page in the browser tells only the user.
    self->distrusted_ = client.id;
    const auto answer = co_await open_browser(self, attempt, std::move(url));
    self->distrusted_.clear();
    const auto code = read_redirect(answer, secrets, self->found_->server);
    auto form = code_form(*self->found_, code, redirect_uri, secrets);
    co_return co_await request_tokens(self, std::move(form), client, scope);
}

asio::awaitable<std::string> Authorizer::open_browser(Self self, AttemptPtr attempt,
                                                      std::string url) {
    const std::weak_ptr<Attempt> weak = attempt;
    attempt->patience.expires_after(self->options_.timeout);
    attempt->patience.async_wait([weak](boost::system::error_code error) {
        const auto late = weak.lock();
        if (error || !late) return;
        late->timed_out = true;
        late->signal.emit(asio::cancellation_type::all);
    });
    auto asking = self->options_.authorize(self->config_.name, std::move(url));
    auto answer = co_await std::move(asking);
    attempt->patience.cancel();
    co_return answer;
}

asio::awaitable<Client> Authorizer::client_for_user(Self self, std::string scope) {
    const auto known = self->known_client();
    if (known && known->id != self->kept_.client.id) co_return *known;
    const bool trusted = known && known->id != self->distrusted_;
    if (trusted && is_good(*known, self->options_.redirect_uri, scope)) co_return *known;
    if (self->found_->server.registration_endpoint.empty()) {
        throw std::runtime_error(
            fmt::format("the authorization server {} registers no clients: its configuration "
                        "needs the id of one",
                        self->found_->server.issuer));
    }
    co_return co_await register_client(self, scope);
}

asio::awaitable<Client> Authorizer::register_client(Self self, std::string scope) {
    const auto& server = self->found_->server;
    const auto body = registration_request(server, self->options_.client_name,
                                           self->options_.redirect_uri, scope);
    auto request = json_request(server.registration_endpoint, to_json_text(body));
    const auto answer = co_await fetch(self->http_, std::move(request));
    const bool good = answer.status == 200 || answer.status == 201;
    auto client = good ? read_registration(answer.body) : std::nullopt;
    if (!client) {
        throw OAuthError({}, fmt::format("{} registers no client: {}", server.issuer,
                                         read_error(answer.status, answer.body).what()));
    }
    client->redirect_uri = self->options_.redirect_uri;
    client->scope = scope;
    if (!is_same_issuer(self->kept_.issuer, server.issuer)) self->kept_.tokens = Tokens();
    self->kept_.issuer = server.issuer;
    self->kept_.client = *client;
    co_return std::move(*client);
}

asio::awaitable<Tokens> Authorizer::use_identity(Self self, std::string scope) {
    const auto& provider = self->config_.authorization.identity;
    const auto client = self->known_client();
    if (!client || !provider.id_token) {
        throw std::runtime_error("its configuration has no client id, or no ID token");
    }
    if (!is_safe_url(provider.token_endpoint, self->url_)) {
        throw std::runtime_error("the identity provider has no https");
    }
    auto asking = provider.id_token();
    const auto id_token = co_await std::move(asking);
    const auto assertion = co_await exchange_identity(self, id_token, scope);
    auto form = assertion_form(*self->found_, assertion, scope);
    co_return co_await request_tokens(self, std::move(form), *client, scope);
}

/// The grant for the ID token of a user.
asio::awaitable<std::string> Authorizer::exchange_identity(Self self, std::string id_token,
                                                           std::string scope) {
    const auto& provider = self->config_.authorization.identity;
    Client client;
    client.id = provider.client_id;
    client.secret = provider.client_secret;
    client.auth_method = client.secret.empty() ? "none" : "client_secret_post";
    auto form = token_exchange_form(*self->found_, id_token, scope);
    auto request = form_request(provider.token_endpoint);
    authenticate(client, ServerMetadata(), now(), form, request.headers);
    request.body = form_text(form);
    const auto answer = co_await fetch(self->http_, std::move(request));
    const auto assertion = read_assertion(answer.status, answer.body);
    if (assertion) co_return *assertion;
    const auto error = read_error(answer.status, answer.body);
    throw without_secrets(error, provider.token_endpoint, secrets_of(form, client));
}

asio::awaitable<Tokens> Authorizer::request_tokens(Self self, Form form, Client client,
                                                   std::string scope) {
    const auto& server = self->found_->server;
    auto request = form_request(server.token_endpoint);
    authenticate(client, server, now(), form, request.headers);
    request.body = form_text(form);
    const auto answer = co_await fetch(self->http_, std::move(request));
    try {
        co_return read_tokens(answer.status, answer.body, scope, now());
    } catch (const OAuthError& error) {
        if (error.code() == "invalid_client") self->distrusted_ = client.id;
        throw without_secrets(error, server.token_endpoint, secrets_of(form, client));
    }
}

}  // namespace capstan::oauth
