#include "exchange/own_headers.hpp"

#include <capstan/error.hpp>

#include <algorithm>
#include <string>

namespace capstan::exchange {
namespace {

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

void set_checked(HttpHeaders& headers, std::string_view name, std::string_view value) {
    const bool bad_name = name.empty() || std::any_of(name.begin(), name.end(), [](char c) {
        return is_control(c) || c == ':' || c == ' ';
    });
    const auto bad = [](char c) { return is_control(c) && c != '\t'; };
    if (bad_name || std::any_of(value.begin(), value.end(), bad)) {
        throw ApiError(ErrorKind::configuration,
                       "the header \"" + std::string(bad_name ? "" : name) + "\" cannot be sent",
                       "names and values of headers must have no control characters");
    }
    headers.set(std::string(name), std::string(value));
}

HttpHeaders own_headers(const HttpHeaders& wanted) {
    HttpHeaders set_by_the_call;
    for (const char* name : {"Authorization", "Content-Type", "Accept"})
        set_by_the_call.set(name, {});
    HttpHeaders headers;
    for (const auto& [name, value] : wanted.fields())
        if (!set_by_the_call.contains(name)) set_checked(headers, name, value);
    return headers;
}

}  // namespace capstan::exchange
