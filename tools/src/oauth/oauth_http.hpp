#pragma once

#include "oauth/oauth_url.hpp"

#include <capstan/http_client.hpp>

#include <boost/asio/awaitable.hpp>

#include <string>
#include <type_traits>

namespace capstan::oauth {

struct Answer {
    Answer() = default;

    int status = 0;
    std::string body;
};
static_assert(!std::is_aggregate_v<Answer>);

HttpRequest get_request(std::string url);
HttpRequest json_request(std::string url, std::string body);
/// A POST without its body yet: authentication may add to the form.
HttpRequest form_request(std::string url);

/// One exchange, within limits of time and size; redirects are not followed. Throws HttpError.
asio::awaitable<Answer> fetch(HttpClient& client, HttpRequest request);

}  // namespace capstan::oauth
