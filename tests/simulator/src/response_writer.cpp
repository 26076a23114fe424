#include "response_writer.hpp"

#include "connection.hpp"
#include "response_head.hpp"

#include <fmt/format.h>

namespace capstan::testing {

ResponseWriter::ResponseWriter(Connection& connection, const SimRequest& request,
                               const SimResponse& response, bool recording)
    : connection_(connection),
      request_(request),
      response_(response),
      splitter_(response.split),
      recording_(recording),
      chunked_(makes_chunks(response)) {}

asio::awaitable<ResponseOutcome> ResponseWriter::run() {
    co_await pause(response_.delay);
    if (going() && response_.framing != Framing::raw) co_await write_head();
    const bool bodiless =
        request_.method == "HEAD" || response_.status == 204 || response_.status == 304;
    if (going() && !bodiless) co_await write_body();
    co_await flush(true);
    co_return outcome_;
}

asio::awaitable<void> ResponseWriter::write_head() {
    for (const auto& line : response_.informational) out_ += "HTTP/1.1 " + line + "\r\n\r\n";
    if (!response_.informational.empty()) co_await flush(true);
    const auto head = response_head(request_, response_);
    if (response_.head_byte_delay.count() == 0) {
        out_ += head;  // goes out with the first piece
        co_return;
    }
    for (const char byte : head) {
        out_ += byte;
        co_await flush(true);
        co_await pause(response_.head_byte_delay);
        if (!going()) co_return;
    }
}

asio::awaitable<void> ResponseWriter::write_body() {
    if (source_) co_await write_source();
    for (const auto& step : response_.body) {
        co_await take_step(step);
        if (!going()) co_return;
    }
    co_await send_begun();
    if (going() && chunked_) out_ += "0\r\n\r\n";
}

asio::awaitable<void> ResponseWriter::write_source() {
    co_await flush(true);  // the body may be long in coming
    while (going()) {
        const auto piece = co_await source_->next();
        if (piece && piece->empty()) co_return;
        if (piece) co_await send_piece(*piece);
        else end_by(connection_.gone() ? Outcome::gone : Outcome::closed);
    }
}

asio::awaitable<void> ResponseWriter::take_step(const Step& step) {
    if (step.kind == Step::Kind::send) {
        co_await send_bytes(step.bytes);
        co_return;
    }
    co_await send_begun();
    if (step.kind != Step::Kind::produce) co_await flush(true);
    if (!going()) co_return;
    bool stays = true;
    switch (step.kind) {
        case Step::Kind::wait: co_await pause(step.pause); break;
        case Step::Kind::latch:
            if (step.gate) stays = co_await connection_.pass(*step.gate);
            break;
        case Step::Kind::produce: co_await send_produced(step); break;
        case Step::Kind::close: end_by(Outcome::closed); break;
        case Step::Kind::reset: end_by(Outcome::reset); break;
        case Step::Kind::silence:
            stays = co_await connection_.sleep(Connection::Time::max());
            break;
        case Step::Kind::send: break;
    }
    if (!stays) end_by(Outcome::gone);
}

asio::awaitable<void> ResponseWriter::send_bytes(std::string_view bytes) {
    if (!splitter_.cuts()) {
        if (bytes.empty()) co_return;
        splitter_.whole();
        co_await pause(splitter_.pause());
        if (going()) co_await send_piece(bytes);
        co_return;
    }
    while (!bytes.empty() && going()) {
        if (piece_left_ == 0) co_await begin_piece();
        const auto part = bytes.substr(0, piece_left_);
        bytes.remove_prefix(part.size());
        piece_left_ -= part.size();
        if (piece_left_ == 0 && piece_.empty()) {
            co_await send_piece(part);
        } else {
            piece_ += part;
            if (piece_left_ == 0) co_await send_begun();
        }
    }
}

asio::awaitable<void> ResponseWriter::send_produced(const Step& step) {
    bool first = true;
    while (going()) {
        if (!std::exchange(first, false) && step.pause.count() > 0) {
            co_await flush(true);
            co_await pause(step.pause);
        }
        const auto piece = step.next ? step.next() : std::nullopt;
        if (!piece || !going()) co_return;
        co_await send_bytes(*piece);
    }
}

asio::awaitable<void> ResponseWriter::begin_piece() {
    piece_left_ = splitter_.next();
    if (splitter_.pause().count() > 0) {
        co_await flush(true);
        co_await pause(splitter_.pause());
    }
}

asio::awaitable<void> ResponseWriter::send_begun() {
    if (piece_.empty()) co_return;
    const auto piece = std::exchange(piece_, std::string());
    co_await send_piece(piece);
}

asio::awaitable<void> ResponseWriter::send_piece(std::string_view piece) {
    if (recording_) record_.add(piece);
    if (chunked_) fmt::format_to(std::back_inserter(out_), "{:x}\r\n", piece.size());
    out_ += piece;
    if (chunked_) out_ += "\r\n";
    co_await flush(response_.write_size == 0);
}

asio::awaitable<void> ResponseWriter::flush(bool everything) {
    std::string_view rest = out_;
    const auto size = response_.write_size == 0 ? rest.size() : response_.write_size;
    while (!rest.empty() && (everything || rest.size() >= size)) {
        if (connection_.gone()) end_by(Outcome::gone);
        if (outcome_ == Outcome::gone) break;
        const auto part = rest.substr(0, size);
        rest.remove_prefix(part.size());
        if (co_await connection_.transport().write(part)) end_by(Outcome::gone);
    }
    out_.erase(0, out_.size() - rest.size());
}

asio::awaitable<void> ResponseWriter::pause(std::chrono::microseconds length) {
    if (length.count() <= 0) co_return;
    const bool stays = co_await connection_.sleep(std::chrono::steady_clock::now() + length);
    if (!stays) end_by(Outcome::gone);
}

}  // namespace capstan::testing
