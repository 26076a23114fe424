#include "net/http_request_bytes.hpp"

#include <algorithm>

namespace capstan {

std::string whole_body(const std::string& body, const std::vector<HttpBodyPart>& parts) {
    std::string whole;
    whole.reserve(whole_body_size(body, parts));
    std::size_t from = 0;
    for (const auto& part : parts) {
        whole.append(body, from, part.place - from).append(*part.text);
        from = part.place;
    }
    return whole.append(body, from);
}

std::size_t whole_body_size(const std::string& body, const std::vector<HttpBodyPart>& parts) {
    std::size_t size = body.size();
    for (const auto& part : parts) size += part.text->size();
    return size;
}

namespace http {

namespace {

constexpr std::size_t most_at_once = 64;  // Asio looks at no more of them

}  // namespace

RequestBytes::RequestBytes(std::string_view head, const HttpRequest& request) {
    buffers_.reserve(2 + 2 * request.body_parts.size());
    add(head);
    const std::string_view body = request.body;
    std::size_t from = 0;
    for (const auto& part : request.body_parts) {
        add(body.substr(from, part.place - from));
        add(*part.text);
        from = part.place;
    }
    add(body.substr(from));
}

void RequestBytes::add(std::string_view bytes) {
    if (!bytes.empty()) buffers_.push_back(asio::buffer(bytes));
}

std::span<const asio::const_buffer> RequestBytes::next() const noexcept {
    const auto left = std::span(buffers_).subspan(first_);
    return left.first(std::min(left.size(), most_at_once));
}

void RequestBytes::consume(std::size_t size) noexcept {
    while (size > 0) {
        auto& buffer = buffers_[first_];
        const auto taken = std::min(size, buffer.size());
        buffer += taken;
        size -= taken;
        if (buffer.size() == 0) ++first_;
    }
}

}  // namespace http

}  // namespace capstan
