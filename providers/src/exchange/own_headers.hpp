#pragma once

#include <capstan/http_client.hpp>

#include <string_view>

namespace capstan::exchange {

/// Sets a header. Throws ApiError of kind configuration when it could not be sent.
void set_checked(HttpHeaders& headers, std::string_view name, std::string_view value);

/// The user's own headers for every call, without those that a call sets by itself: Authorization,
/// Content-Type and Accept. Throws as set_checked() does.
HttpHeaders own_headers(const HttpHeaders& wanted);

}  // namespace capstan::exchange
