#pragma once

#include <capstan/http_client.hpp>
#include <capstan/testing/sim_request.hpp>
#include <capstan/testing/sim_response.hpp>

#include <string>
#include <string_view>

namespace capstan::testing {

/// The base URL without a slash at its end. Throws std::runtime_error if it is no http(s) URL, or
/// has a query or a fragment.
std::string upstream_base(std::string_view url);

/// The request as the upstream gets it: all but the fields that concern one connection only, Host
/// and Accept-Encoding. Without a limit on time but the connecting: the caller has its own.
HttpRequest forwarded_request(const SimRequest& request, const std::string& base);

/// Status and header fields as the caller gets them, without those of one connection. The body is
/// framed by the upstream's Content-Length, or in chunks.
SimResponse forwarded_head(int status, const HttpHeaders& headers);

/// What the caller gets when there is no answer: 502, or 400 if the request cannot be sent.
SimResponse forwarding_failed(const HttpError& error);

}  // namespace capstan::testing
