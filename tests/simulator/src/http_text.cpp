#include "http_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace capstan::testing {

namespace {

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

}  // namespace

bool same_name(std::string_view left, std::string_view right) noexcept {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) ==
               std::tolower(static_cast<unsigned char>(b));
    });
}

std::string_view find_header(const HeaderList& headers, std::string_view name) noexcept {
    for (const auto& [key, value] : headers)
        if (same_name(key, name)) return value;
    return {};
}

std::string percent_decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool coded = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                           hex_digit(text[i + 2]) >= 0;
        if (!coded) {
            out += text[i];
            continue;
        }
        out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
        i += 2;
    }
    return out;
}

std::string_view reason_phrase(int status) noexcept {
    static constexpr std::array<std::pair<int, std::string_view>, 24> phrases{{
        {200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"},
        {301, "Moved Permanently"}, {302, "Found"}, {307, "Temporary Redirect"},
        {400, "Bad Request"}, {401, "Unauthorized"}, {402, "Payment Required"},
        {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"},
        {407, "Proxy Authentication Required"}, {408, "Request Timeout"},
        {412, "Precondition Failed"}, {413, "Payload Too Large"},
        {422, "Unprocessable Entity"}, {429, "Too Many Requests"},
        {500, "Internal Server Error"}, {502, "Bad Gateway"}, {503, "Service Unavailable"},
        {504, "Gateway Timeout"}, {524, "A Timeout Occurred"},
    }};
    for (const auto& [code, text] : phrases)
        if (code == status) return text;
    return "Status";
}

bool route_matches(std::string_view route, std::string_view method,
                   std::string_view path) noexcept {
    const auto space = std::min(route.find(' '), route.size());
    const auto wanted_method = route.substr(0, space);
    auto wanted_path = route.substr(std::min(route.size(), space + 1));
    if (wanted_method != "*" && wanted_method != method) return false;
    if (!wanted_path.ends_with('*')) return wanted_path == path;
    wanted_path.remove_suffix(1);
    return path.starts_with(wanted_path);
}

bool parse_request_head(std::string_view head, SimRequest& request) {
    const auto line = head.substr(0, head.find("\r\n"));
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || last == first) return false;
    if (!line.substr(last + 1).starts_with("HTTP/1.")) return false;
    request.method = line.substr(0, first);
    request.target = line.substr(first + 1, last - first - 1);
    head.remove_prefix(std::min(head.size(), line.size() + 2));
    while (!head.empty()) {
        const auto field = head.substr(0, head.find("\r\n"));
        head.remove_prefix(std::min(head.size(), field.size() + 2));
        const auto colon = field.find(':');
        if (colon == std::string_view::npos || colon == 0) return false;
        request.headers.emplace_back(field.substr(0, colon), trimmed(field.substr(colon + 1)));
    }
    return true;
}

RequestReader::State RequestReader::feed(std::string& input) {
    while (true) {
        const auto before = phase_;
        State state = State::complete;
        switch (phase_) {
            case Phase::head: state = feed_head(input); break;
            case Phase::sized_body: state = feed_sized(input); break;
            case Phase::chunk_size: state = feed_chunk_size(input); break;
            case Phase::chunk_data: state = feed_chunk_data(input); break;
            case Phase::trailer: state = feed_trailer(input); break;
            case Phase::done: return State::complete;
        }
        if (state == State::malformed) return state;
        if (state == State::need_more && phase_ == before) return state;
    }
}

RequestReader::State RequestReader::feed_head(std::string& input) {
    const auto end = input.find("\r\n\r\n", scanned_ < 3 ? 0 : scanned_ - 3);
    if (end == std::string::npos) {
        scanned_ = input.size();
        return input.size() > 1024 * 1024 ? State::malformed : State::need_more;
    }
    if (!parse_request_head(std::string_view(input).substr(0, end), request_))
        return State::malformed;
    input.erase(0, end + 4);
    scanned_ = 0;
    set_path();
    const auto length = request_.header("content-length");
    left_ = 0;
    for (const char c : length) {
        if (c < '0' || c > '9' || left_ > (std::size_t{1} << 40)) return State::malformed;
        left_ = left_ * 10 + static_cast<std::size_t>(c - '0');
    }
    const bool chunked = same_name(request_.header("transfer-encoding"), "chunked");
    phase_ = chunked ? Phase::chunk_size : left_ > 0 ? Phase::sized_body : Phase::done;
    expect_continue_ =
        phase_ != Phase::done && same_name(request_.header("expect"), "100-continue");
    return State::complete;
}

RequestReader::State RequestReader::feed_sized(std::string& input) {
    if (request_.body.empty()) request_.body.reserve(std::min(left_, std::size_t{64} << 20));
    const auto take = std::min(left_, input.size());
    request_.body.append(input, 0, take);
    input.erase(0, take);
    left_ -= take;
    if (left_ > 0) return State::need_more;
    phase_ = Phase::done;
    return State::complete;
}

RequestReader::State RequestReader::feed_chunk_size(std::string& input) {
    const auto end = input.find("\r\n");
    if (end == std::string::npos)
        return input.size() > 1024 ? State::malformed : State::need_more;
    left_ = 0;
    std::size_t digits = 0;
    for (; digits < end && hex_digit(input[digits]) >= 0 && digits < 12; ++digits)
        left_ = left_ * 16 + static_cast<std::size_t>(hex_digit(input[digits]));
    if (digits == 0) return State::malformed;
    input.erase(0, end + 2);
    phase_ = left_ == 0 ? Phase::trailer : Phase::chunk_data;
    return State::complete;
}

RequestReader::State RequestReader::feed_chunk_data(std::string& input) {
    if (input.size() < left_ + 2) return State::need_more;
    if (input.compare(left_, 2, "\r\n") != 0) return State::malformed;
    request_.body.append(input, 0, left_);
    input.erase(0, left_ + 2);
    phase_ = Phase::chunk_size;
    return State::complete;
}

RequestReader::State RequestReader::feed_trailer(std::string& input) {
    const auto end = input.find("\r\n");
    if (end == std::string::npos) return State::need_more;
    input.erase(0, end + 2);
    if (end == 0) phase_ = Phase::done;
    // Another trailer line: the same phase again.
    return end == 0 ? State::complete : feed_trailer(input);
}

SimRequest RequestReader::take() {
    phase_ = Phase::head;
    expect_continue_ = false;
    return std::exchange(request_, SimRequest());
}

bool RequestReader::take_expect_continue() noexcept {
    return std::exchange(expect_continue_, false);
}

void RequestReader::set_path() {
    std::string_view path = request_.target;
    // Absolute form, as a proxy may pass it on.
    if (const auto scheme = path.find("://"); scheme != std::string_view::npos && scheme < 6) {
        const auto slash = path.find('/', scheme + 3);
        path = slash == std::string_view::npos ? "/" : path.substr(slash);
    }
    path = path.substr(0, path.find('?'));
    const bool below = path.starts_with(base_path_) &&
                       (path.size() == base_path_.size() || path[base_path_.size()] == '/');
    request_.path = below ? path.substr(base_path_.size()) : path;
}

}  // namespace capstan::testing
