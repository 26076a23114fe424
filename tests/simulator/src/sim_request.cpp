#include <capstan/testing/sim_request.hpp>

#include "http_text.hpp"

#include <boost/json/parse.hpp>

namespace capstan::testing {

std::string_view SimRequest::header(std::string_view name) const noexcept {
    return find_header(headers, name);
}

std::string SimRequest::query(std::string_view name) const {
    const auto mark = target.find('?');
    if (mark == std::string::npos) return {};
    std::string_view rest = std::string_view(target).substr(mark + 1);
    while (!rest.empty()) {
        const auto pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        const auto equals = std::min(pair.find('='), pair.size());
        if (percent_decode(pair.substr(0, equals)) != name) continue;
        return percent_decode(pair.substr(std::min(pair.size(), equals + 1)));
    }
    return {};
}

boost::json::value SimRequest::json() const {
    boost::system::error_code error;
    auto value = boost::json::parse(body, error);
    return error ? boost::json::value() : value;
}

bool SimRequest::wants_stream() const {
    const auto value = json();
    if (!value.is_object()) return false;
    const auto* stream = value.get_object().if_contains("stream");
    return stream && stream->is_bool() && stream->get_bool();
}

}  // namespace capstan::testing
