#pragma once

#include "body_source.hpp"
#include "recorder.hpp"
#include "splitter.hpp"

#include <boost/asio/awaitable.hpp>

namespace capstan::testing {

class Connection;
namespace asio = boost::asio;

/// Writes one response: a script step by step, or what a source gives as it comes.
class ResponseWriter {
public:
    using Outcome = ResponseOutcome;

    ResponseWriter(Connection& connection, const SimRequest& request, const SimResponse& response,
                   bool recording);

    /// Instead of the response's steps; null: the steps.
    void take_body_from(BodySource* source) noexcept { source_ = source; }
    asio::awaitable<Outcome> run();
    const RecordedBody& record() const noexcept { return record_; }

private:
    asio::awaitable<void> write_head();
    asio::awaitable<void> write_body();
    asio::awaitable<void> write_source();
    asio::awaitable<void> take_step(const Step& step);
    asio::awaitable<void> send_bytes(std::string_view bytes);
    asio::awaitable<void> send_produced(const Step& step);
    asio::awaitable<void> begin_piece();
    asio::awaitable<void> send_piece(std::string_view piece);
    asio::awaitable<void> send_begun();
    asio::awaitable<void> flush(bool everything);
    asio::awaitable<void> pause(std::chrono::microseconds length);
    void end_by(Outcome outcome) noexcept { outcome_ = outcome; }
    bool going() const noexcept { return outcome_ == Outcome::complete; }

    Connection& connection_;
    const SimRequest& request_;
    const SimResponse& response_;
    BodySource* source_ = nullptr;
    Splitter splitter_;
    bool recording_;
    bool chunked_ = false;
    Outcome outcome_ = Outcome::complete;
    std::size_t piece_left_ = 0;
    std::string piece_;  // of a piece that several steps make
    std::string out_;    // framed, not yet written
    RecordedBody record_;
};

}  // namespace capstan::testing
