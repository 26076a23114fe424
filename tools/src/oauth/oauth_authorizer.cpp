#include "oauth/oauth_authorizer.hpp"

#include "oauth/oauth_attempt.hpp"
#include "oauth/oauth_scope.hpp"
#include "oauth/oauth_url.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <utility>

namespace capstan::oauth {

namespace {

Time now() { return std::chrono::system_clock::now(); }

bool has_own_authorization(const McpServerConfig& config) {
    HttpHeaders headers;
    for (const auto& [name, value] : config.headers) headers.add(name, value);
    return headers.contains("Authorization");
}

}  // namespace

Authorizer::Authorizer(asio::any_io_executor executor, const McpServerConfig& config,
                       const McpClientOptions& options)
    : executor_(std::move(executor)),
      config_(config),
      options_(options.authorization),
      url_(canonical_url(config.url).value_or("")),
      safe_(is_safe_url(url_, url_)),
      http_(options.http) {}

bool Authorizer::is_refusal(int status, const Challenge& challenge) {
    return status == 401 || (status == 403 && challenge.error == "insufficient_scope");
}

bool Authorizer::is_new(const std::string& refused) const {
    return !kept_.tokens.access.empty() && kept_.tokens.access != refused;
}

bool Authorizer::can_grant(bool with_user) const {
    return config_.authorization.grant != McpGrant::authorization_code ||
           (with_user && options_.authorize);
}

asio::awaitable<std::string> Authorizer::token(Self self, std::stop_token stop) {
    if (!self->safe_) co_return std::string();
    const bool ends = is_expiring(self->kept_.tokens, now());
    const bool can_renew = !self->kept_.tokens.refresh.empty() || self->can_grant(false);
    if (!self->loaded_ || (ends && can_renew)) {
        Refusal refusal;
        refusal.with_user = false;
        if (ends) refusal.token = self->kept_.tokens.access;
        const auto attempt = self->attempt_ ? self->attempt_ : self->begin(std::move(refusal));
        // Its failure says nothing yet: the server may want no token.
        co_await wait(attempt, stop);
    }
    co_return self->kept_.tokens.access;
}

asio::awaitable<bool> Authorizer::renew(Self self, Refusal refusal, std::stop_token stop) {
    if (!self->safe_) {
        throw McpError(fmt::format("MCP server \"{}\" wants authorization, but has no https: no "
                                   "token is sent to it",
                                   self->config_.name));
    }
    while (const auto running = self->attempt_) {
        co_await wait(running, stop);
        const bool said_all = running->refusal.with_user >= refusal.with_user;
        if (running->error && said_all && !running->abandoned) {
            std::rethrow_exception(running->error);
        }
    }
    if (self->is_new(refusal.token)) co_return false;
    const auto attempt = self->begin(std::move(refusal));
    co_await wait(attempt, stop);
    if (attempt->error) std::rethrow_exception(attempt->error);
    co_return attempt->granted;
}

Authorizer::AttemptPtr Authorizer::begin(Refusal refusal) {
    const auto attempt = attempt_ = std::make_shared<Attempt>(executor_, std::move(refusal));
    // The handler keeps the signal: its slot is used until the coroutine has ended.
    auto done = [attempt](std::exception_ptr) {};
    // May be over, and attempt_ null, when this returns.
    asio::co_spawn(executor_, run(shared_from_this(), attempt),
                   asio::bind_cancellation_slot(attempt->signal.slot(), std::move(done)));
    return attempt;
}

asio::awaitable<void> Authorizer::wait(AttemptPtr attempt, std::stop_token stop) {
    boost::system::error_code ignored;
    const std::stop_callback wake(stop, [&attempt] { attempt->waiting.cancel(); });
    ++attempt->waiters;
    while (!attempt->done) {
        if (stop.stop_requested()) break;
        co_await attempt->waiting.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    --attempt->waiters;
    if (!stop.stop_requested()) co_return;
    if (attempt->waiters == 0 && !attempt->done) {
        attempt->abandoned = true;
        attempt->signal.emit(asio::cancellation_type::all);
    }
    throw HttpError(HttpErrorKind::cancelled, "nobody waits for the authorization any more");
}

asio::awaitable<void> Authorizer::run(Self self, AttemptPtr attempt) {
    try {
        co_await obtain(self, attempt);
    } catch (...) {
        attempt->error = self->for_person(std::current_exception(), *attempt);
    }
    if (self->attempt_ == attempt) self->attempt_.reset();
    attempt->finish();
}

/// The cheapest way that is left: what another program has renewed, a refresh, a new grant.
asio::awaitable<void> Authorizer::obtain(Self self, AttemptPtr attempt) {
    const auto& refusal = attempt->refusal;
    co_await load(self);
    if (self->is_new(refusal.token) && !is_expiring(self->kept_.tokens, now())) co_return;
    const bool step_up = refusal.status == 403;
    if (!step_up && refusal.may_refresh && !self->kept_.tokens.refresh.empty()) {
        const bool refreshed = co_await refresh(self, refusal);
        if (refreshed) co_return;
    }
    const bool knows_nothing = self->kept_.tokens.access.empty() && refusal.token.empty();
    // A token that nobody has asked for would be a surprise.
    if (!refusal.with_user && knows_nothing) co_return;
    if (!self->can_grant(refusal.with_user)) {
        throw std::runtime_error("it needs the user, and there is no way to ask");
    }
    if (step_up) self->check_step_up(refusal);
    co_await grant(self, attempt);
    attempt->granted = true;
}

/// A user is not asked again for what the last grant was to have.
void Authorizer::check_step_up(const Refusal& refusal) const {
    if (!asked_scope_ || !has_scopes(*asked_scope_, refusal.challenge.scope)) return;
    throw std::runtime_error(fmt::format("the scopes \"{}\" that it wants were asked for already",
                                         refusal.challenge.scope));
}

std::exception_ptr Authorizer::for_person(std::exception_ptr error, const Attempt& attempt) const {
    std::string why;
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& known) {
        why = known.what();
    } catch (...) {
        why = "an unknown error";
    }
    if (attempt.timed_out) {
        why = fmt::format("nobody has consented within {} ms", options_.timeout.count());
    }
    return std::make_exception_ptr(
        McpError(fmt::format("MCP server \"{}\" wants authorization: {}", config_.name, why)));
}

std::shared_ptr<Authorizer> make_authorizer(asio::any_io_executor executor,
                                            const McpServerConfig& config,
                                            const McpClientOptions& options) {
    const auto& authorization = options.authorization;
    const bool has_way = authorization.authorize || authorization.tokens ||
                         config.authorization.grant != McpGrant::authorization_code;
    if (config.url.empty() || !has_way || has_own_authorization(config)) return nullptr;
    try {
        return std::make_shared<Authorizer>(std::move(executor), config, options);
    } catch (const HttpError&) {
        return nullptr;  // of the certificates or a proxy; the transport says so, too
    }
}

}  // namespace capstan::oauth
