#pragma once

#include <capstan/http_client.hpp>

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace capstan::http {

namespace asio = boost::asio;

/// What is still to be written of a request: its head, its body and the parts of that, in order.
/// Points into all of them.
class RequestBytes {
public:
    RequestBytes(std::string_view head, const HttpRequest& request);

    bool empty() const noexcept { return first_ == buffers_.size(); }
    /// What one write should be given.
    std::span<const asio::const_buffer> next() const noexcept;
    /// So many of the bytes of next() were written.
    void consume(std::size_t size) noexcept;

private:
    void add(std::string_view bytes);

    std::vector<asio::const_buffer> buffers_;  // none is empty
    std::size_t first_ = 0;
};

}  // namespace capstan::http
