#pragma once

#include "net/http_proxy.hpp"
#include "net/http_url.hpp"

#include <capstan/http_client.hpp>

#include <string>

namespace capstan::http {

/// Throws HttpError of kind invalid_request for a method or a field that could smuggle another
/// request (CR, LF, NUL) or that belongs to the client (Transfer-Encoding). Names only, no values.
void check_request(const HttpRequest& request);

/// The bytes before the body. `forward` is the proxy that gets the absolute URL (http only).
std::string request_head(const HttpRequest& request, const Url& url, const Proxy* forward,
                         std::string_view user_agent);

/// A CONNECT for the tunnel that https takes through a proxy.
std::string connect_head(const Url& url, const Proxy& proxy, std::string_view user_agent);

}  // namespace capstan::http
