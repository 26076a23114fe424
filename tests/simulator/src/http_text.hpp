#pragma once

#include <capstan/testing/sim_request.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace capstan::testing {

bool same_name(std::string_view left, std::string_view right) noexcept;
std::string_view find_header(const HeaderList& headers, std::string_view name) noexcept;
std::string percent_decode(std::string_view text);
std::string_view reason_phrase(int status) noexcept;

/// True if "METHOD /path" matches the route ("*" as method, '*' at the end of the path).
bool route_matches(std::string_view route, std::string_view method, std::string_view path) noexcept;

/// Reads "METHOD target HTTP/1.1" and the header lines; false if they are no HTTP.
bool parse_request_head(std::string_view head, SimRequest& request);

/// Takes requests out of the bytes of one connection. No I/O.
class RequestReader {
public:
    enum class State { need_more, complete, malformed };

    explicit RequestReader(std::string base_path) : base_path_(std::move(base_path)) {}

    /// Consumes what it can of `input`. After `complete`, take().
    State feed(std::string& input);
    SimRequest take();
    /// Once, when a head with `Expect: 100-continue` has come and its body has not.
    bool take_expect_continue() noexcept;

private:
    enum class Phase { head, sized_body, chunk_size, chunk_data, trailer, done };

    State feed_head(std::string& input);
    State feed_sized(std::string& input);
    State feed_chunk_size(std::string& input);
    State feed_chunk_data(std::string& input);
    State feed_trailer(std::string& input);
    void set_path();

    std::string base_path_;
    SimRequest request_;
    Phase phase_ = Phase::head;
    std::size_t left_ = 0;
    std::size_t scanned_ = 0;
    bool expect_continue_ = false;
};

}  // namespace capstan::testing
