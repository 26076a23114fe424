#pragma once

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string_view>

namespace capstan::testing {

namespace asio = boost::asio;

/// Where the body of a response comes from when no script has it.
class BodySource {
public:
    virtual ~BodySource() = default;

    /// The next bytes, as they arrive; empty at the end, nothing if the body broke off. Valid
    /// until the next call.
    virtual asio::awaitable<std::optional<std::string_view>> next() = 0;
};

}  // namespace capstan::testing
