#include "net/http_response_reader.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace capstan::http {

namespace beast = boost::beast;
using beast::error_code;
using beast::string_view;

namespace {

constexpr std::size_t first_capacity = 4 * 1024;
constexpr std::size_t usual_capacity = 64 * 1024;

[[noreturn]] void fail(HttpErrorKind kind, const std::string& message) {
    throw HttpError(kind, message);
}

bool is_limit(const error_code& error) {
    return error == beast::http::error::header_limit || error == beast::http::error::body_limit;
}

}  // namespace

/// Beast's parser with our storage: fields go to HttpHeaders, payload to the front of the buffer.
class ResponseReader::Parser final : public beast::http::basic_parser<false> {
public:
    Parser(std::size_t max_header, std::uint64_t max_body) : field_bytes_left_(max_header) {
        eager(true);
        header_limit(static_cast<std::uint32_t>(std::min<std::size_t>(max_header, UINT32_MAX)));
        body_limit(max_body);
    }

    void write_payload_to(char* front) noexcept { front_ = out_ = front; }
    std::size_t payload_size() const noexcept { return static_cast<std::size_t>(out_ - front_); }

    int status_code = 0;
    HttpHeaders fields;

private:
    void on_request_impl(beast::http::verb, string_view, string_view, int, error_code&) override {}

    void on_response_impl(int code, string_view, int, error_code&) override { status_code = code; }

    void on_field_impl(beast::http::field, string_view name, string_view value,
                       error_code& error) override {
        // Beast limits one piece of input; fields that trickle in are counted here.
        const auto size = name.size() + value.size() + 4;
        if (size > field_bytes_left_) {
            error = beast::http::error::header_limit;
            return;
        }
        field_bytes_left_ -= size;
        if (!is_header_done()) fields.add(std::string(name), std::string(value));
    }

    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    void on_finish_impl(error_code&) override {}

    std::size_t on_body_impl(string_view body, error_code&) override {
        if (out_ != body.data()) std::memmove(out_, body.data(), body.size());
        out_ += body.size();
        return body.size();
    }

    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& error) override {
        return on_body_impl(body, error);
    }

    std::size_t field_bytes_left_;
    char* front_ = nullptr;
    char* out_ = nullptr;
};

ResponseReader::ResponseReader(std::string peer, std::size_t max_header, std::uint64_t max_body)
    : peer_(std::move(peer)),
      max_header_(max_header),
      max_body_(max_body),
      parser_(std::make_unique<Parser>(max_header, max_body)) {}

ResponseReader::~ResponseReader() = default;

void ResponseReader::expect_no_body() {
    no_body_ = true;
    parser_->skip(true);
}

ReadSpace ResponseReader::prepare() {
    if (begin_ > 0 && size_ > 0) std::memmove(data_.get(), data_.get() + begin_, size_);
    begin_ = 0;
    parser_->write_payload_to(data_.get());
    if (size_ == capacity_ || filled_) grow();
    filled_ = false;
    return ReadSpace{data_.get() + size_, capacity_ - size_};
}

void ResponseReader::grow() {
    const auto most = std::max(usual_capacity, max_header_);
    if (capacity_ >= most) {
        if (size_ == capacity_) refuse_full_buffer();
        return;
    }
    const auto capacity = capacity_ == 0 ? first_capacity : std::min(capacity_ * 2, most);
    auto data = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ > 0) std::memcpy(data.get(), data_.get(), size_);
    data_ = std::move(data);
    capacity_ = capacity;
    parser_->write_payload_to(data_.get());
}

void ResponseReader::refuse_full_buffer() const {
    fail(HttpErrorKind::too_large,
         fmt::format("{} sent a header or chunk extension of more than {} bytes", peer_,
                     capacity_));
}

void ResponseReader::commit(std::size_t size) {
    got_bytes_ = true;
    // A body that fills the buffer is worth bigger reads; the buffer itself is in use now.
    filled_ = size_ + size == capacity_ && capacity_ < usual_capacity;
    size_ += size;
    parser_->write_payload_to(data_.get());
    parse();
}

void ResponseReader::parse() {
    while (size_ > 0 && !parser_->is_done()) {
        const auto before = size_;
        parse_one();
        const bool interim = parser_->is_done() && parser_->status_code / 100 == 1;
        if (interim && parser_->status_code == 101)
            fail(HttpErrorKind::protocol, peer_ + " switched protocols, which nobody asked for");
        if (interim) {
            parser_ = std::make_unique<Parser>(max_header_, max_body_);
            parser_->write_payload_to(data_.get());
            if (no_body_) parser_->skip(true);
        } else if (size_ == before) {
            return;
        }
    }
}

void ResponseReader::parse_one() {
    error_code error;
    const auto used = parser_->put({data_.get() + begin_, size_}, error);
    begin_ += used;
    size_ -= used;
    if (!error || error == beast::http::error::need_more) return;
    if (is_limit(error))
        fail(HttpErrorKind::too_large,
             fmt::format("the response of {} is too large: {}", peer_, error.message()));
    fail(HttpErrorKind::protocol,
         fmt::format("{} sent something that is not HTTP: {}", peer_, error.message()));
}

void ResponseReader::commit_end_of_file() {
    parser_->write_payload_to(data_.get());
    if (parser_->is_done()) return;
    if (!got_bytes_)
        fail(HttpErrorKind::network, peer_ + " closed the connection without an answer");
    error_code error;
    if (parser_->got_some()) parser_->put_eof(error);
    if (!parser_->is_done())
        fail(HttpErrorKind::network,
             fmt::format("{} closed the connection before the end of the response", peer_));
}

bool ResponseReader::got_bytes() const noexcept { return got_bytes_; }
bool ResponseReader::between_heads() const noexcept { return size_ == 0 && !parser_->got_some(); }
bool ResponseReader::head_done() const noexcept { return parser_->is_header_done(); }
bool ResponseReader::done() const noexcept { return parser_->is_done(); }
int ResponseReader::status() const noexcept { return parser_->status_code; }
const HttpHeaders& ResponseReader::headers() const noexcept { return parser_->fields; }

bool ResponseReader::reusable() const noexcept {
    return parser_->is_done() && parser_->keep_alive() && size_ == 0;
}

std::string_view ResponseReader::payload() const noexcept {
    return {data_.get(), parser_->payload_size()};
}

}  // namespace capstan::http
