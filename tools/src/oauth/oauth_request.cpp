#include "oauth/oauth_request.hpp"

#include "oauth/oauth_crypto.hpp"
#include "oauth/oauth_scope.hpp"
#include "oauth/oauth_tokens.hpp"

#include <algorithm>

namespace capstan::oauth {

namespace {

constexpr std::size_t max_words = 300;

void add_scope(Form& form, const std::string& scope) {
    if (!scope.empty()) form.emplace_back("scope", scope);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

OAuthError refusal(const Form& query) {
    const auto code = form_value(query, "error");
    auto words = form_value(query, "error_description");
    if (words.empty()) words = code;
    return OAuthError(code, "the authorization was refused: " +
                                to_valid_utf8(std::string_view(words).substr(0, max_words)));
}

}  // namespace

Secrets Secrets::make() {
    Secrets secrets;
    secrets.verifier = random_text();
    secrets.state = random_text();
    return secrets;
}

std::string authorization_url(const Discovered& found, const std::string& client_id,
                              const std::string& redirect_uri, const std::string& scope,
                              const Secrets& secrets) {
    Form form = {{"response_type", "code"},
                 {"client_id", client_id},
                 {"redirect_uri", redirect_uri},
                 {"state", secrets.state},
                 {"code_challenge", code_challenge(secrets.verifier)},
                 {"code_challenge_method", "S256"},
                 {"resource", found.resource}};
    add_scope(form, scope);
    // OpenID Connect gives a refresh token only if the user is asked (Core 1.0 section 11).
    if (has_scopes(scope, "offline_access")) form.emplace_back("prompt", "consent");
    return with_query(found.server.authorization_endpoint, form);
}

std::string read_redirect(std::string_view url, const Secrets& secrets,
                          const ServerMetadata& server) {
    const auto query = query_of(trimmed(url));
    if (!query) throw OAuthError({}, "the answer of the browser is no URL");
    if (form_value(*query, "state") != secrets.state) {
        throw OAuthError({}, "the answer of the browser belongs to another authorization");
    }
    const auto issuer = form_value(*query, "iss");
    if ((server.sends_issuer || !issuer.empty()) && issuer != server.issuer) {
        throw OAuthError({}, "the answer of the browser is from another authorization server");
    }
    if (!form_value(*query, "error").empty()) throw refusal(*query);
    auto code = form_value(*query, "code");
    if (code.empty()) throw OAuthError({}, "the answer of the browser has no code");
    return code;
}

Form code_form(const Discovered& found, const std::string& code, const std::string& redirect_uri,
               const Secrets& secrets) {
    return {{"grant_type", "authorization_code"},
            {"code", code},
            {"redirect_uri", redirect_uri},
            {"code_verifier", secrets.verifier},
            {"resource", found.resource}};
}

Form refresh_form(const Discovered& found, const std::string& refresh_token) {
    return {{"grant_type", "refresh_token"},
            {"refresh_token", refresh_token},
            {"resource", found.resource}};
}

Form client_credentials_form(const Discovered& found, const std::string& scope) {
    Form form = {{"grant_type", "client_credentials"}, {"resource", found.resource}};
    add_scope(form, scope);
    return form;
}

Form token_exchange_form(const Discovered& found, const std::string& id_token,
                         const std::string& scope) {
    Form form = {{"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"},
                 {"requested_token_type", "urn:ietf:params:oauth:token-type:id-jag"},
                 {"audience", found.server.issuer},
                 {"resource", found.resource},
                 {"subject_token", id_token},
                 {"subject_token_type", "urn:ietf:params:oauth:token-type:id_token"}};
    add_scope(form, scope);
    return form;
}

Form assertion_form(const Discovered& found, const std::string& assertion,
                    const std::string& scope) {
    Form form = {{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"},
                 {"assertion", assertion},
                 {"resource", found.resource}};
    add_scope(form, scope);
    return form;
}

std::string choose_scope(const std::string& configured, const std::string& challenged,
                         const Discovered& found, bool with_user) {
    if (!configured.empty()) return join_scopes(scope_words(configured));
    auto scope = join_scopes(scope_words(challenged));
    if (scope.empty()) scope = found.scopes.value_or("");
    const auto& known = found.server.scopes_supported;
    const bool offline =
        std::find(known.begin(), known.end(), "offline_access") != known.end();
    // Alone it would leave out what a server grants by default.
    if (with_user && offline && !scope.empty()) scope = merge_scopes(scope, "offline_access");
    return scope;
}

}  // namespace capstan::oauth
