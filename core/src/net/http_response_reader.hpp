#pragma once

#include <capstan/http_client.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace capstan::http {

/// Where a read of the socket may put its bytes.
struct ReadSpace {
    char* data;
    std::size_t size;
};

/// Takes an HTTP/1.1 response apart; knows no socket. One buffer: bytes are read into it, and the
/// payload is pushed together in place, so that all payload of one read is one piece.
///
///     auto space = reader.prepare();  read up to space.size bytes;  reader.commit(n);
///     use reader.payload() until the next prepare()
///
/// Throws HttpError (protocol, too_large, network for a body cut short).
class ResponseReader {
public:
    /// `peer` names the server in messages. Buffers begin at 4 KiB and double up to 64 KiB (or the
    /// header limit) when a read fills them.
    ResponseReader(std::string peer, std::size_t max_header, std::uint64_t max_body);
    ~ResponseReader();

    /// The answer to a CONNECT has no body, whatever its fields say.
    void expect_no_body();

    ReadSpace prepare();
    void commit(std::size_t size);
    /// The peer closed its side: the end of a body that has no other end.
    void commit_end_of_file();

    bool got_bytes() const noexcept;  ///< any byte of the response, 1xx included
    bool between_heads() const noexcept;  ///< nothing of the final head is here yet
    bool head_done() const noexcept;
    bool done() const noexcept;
    /// After done(): the connection may serve another exchange.
    bool reusable() const noexcept;

    int status() const noexcept;
    const HttpHeaders& headers() const noexcept;
    std::string_view payload() const noexcept;

    std::size_t buffer_size() const noexcept { return capacity_; }

private:
    class Parser;

    void grow();
    void parse();
    void parse_one();
    [[noreturn]] void refuse_full_buffer() const;

    std::string peer_;
    std::size_t max_header_;
    std::uint64_t max_body_;
    bool no_body_ = false;
    bool got_bytes_ = false;
    bool filled_ = false;
    std::unique_ptr<Parser> parser_;
    std::unique_ptr<char[]> data_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;  ///< of what is not parsed yet
    std::size_t size_ = 0;   ///< of what is not parsed yet
};

}  // namespace capstan::http
