#include "upstream.hpp"

#include "forwarding.hpp"

#include <utility>

namespace capstan::testing {

namespace {

class UpstreamBody final : public BodySource {
public:
    explicit UpstreamBody(HttpResponse response) : response_(std::move(response)) {}

    asio::awaitable<std::optional<std::string_view>> next() override {
        try {
            const auto piece = co_await response_.read_some();
            co_return piece;
        } catch (const HttpError&) {
            co_return std::nullopt;
        }
    }

private:
    HttpResponse response_;
};

HttpClientOptions options_for(const std::filesystem::path& ca_file) {
    HttpClientOptions options;
    options.ca_file = ca_file.string();
    options.user_agent.clear();  // the caller's, or none
    return options;
}

}  // namespace

Upstream::Upstream(const std::string& url, const std::filesystem::path& ca_file)
    : base_(upstream_base(url)), client_(options_for(ca_file)) {}

asio::awaitable<UpstreamAnswer> Upstream::ask(const SimRequest& request, std::stop_token stop) {
    UpstreamAnswer answer;
    try {
        auto forwarded = forwarded_request(request, base_);
        auto response = co_await client_.send(std::move(forwarded), std::move(stop));
        answer.response = std::make_shared<const SimResponse>(
            forwarded_head(response.status(), response.headers()));
        answer.body = std::make_unique<UpstreamBody>(std::move(response));
    } catch (const HttpError& error) {
        if (error.kind() != HttpErrorKind::cancelled)
            answer.response = std::make_shared<const SimResponse>(forwarding_failed(error));
    }
    co_return answer;
}

}  // namespace capstan::testing
