#include "exchange/answer_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace capstan::exchange {
namespace {

constexpr std::size_t largest_line = 16 * 1024 * 1024;  // as SseParser's events

}  // namespace

AnswerReader::AnswerReader(std::unique_ptr<AnswerDecoder> decoder, StreamFraming framing)
    : framing_(framing), decoder_(std::move(decoder)) {}

void AnswerReader::recognise(std::string_view bytes) {
    const auto start = bytes.find_first_not_of(" \t\r\n");
    if (start == bytes.npos) return;
    const char first = bytes[start];
    if (framing_ == StreamFraming::lines) {
        form_ = first == '<' ? Form::document : Form::lines;
        return;
    }
    form_ = first == '{' || first == '[' || first == '<' ? Form::document : Form::event_stream;
    // White space before the first field of an event stream is a run of blank lines, if anything.
    if (form_ == Form::event_stream) body_.clear();
}

void AnswerReader::feed(std::string_view bytes) {
    if (form_ == Form::unknown) recognise(bytes);
    if (form_ == Form::event_stream) {
        parser_.feed(bytes);
        return;
    }
    if (form_ == Form::lines) {  // drops what was decoded before
        searched_ -= std::min(searched_, line_begin_);
        body_.erase(0, std::exchange(line_begin_, 0));
    }
    body_ += bytes;
}

// Blank lines are kept from the decoder: servers send them to stay alive.
bool AnswerReader::next_line(SseEvent& event) {
    event.type = "message";
    event.data = {};
    while (event.data.find_first_not_of(" \t\r") == event.data.npos) {
        if (line_begin_ >= body_.size()) return false;
        const auto end = body_.find('\n', std::max(line_begin_, searched_));
        if (end == body_.npos && !ended_) {
            searched_ = body_.size();
            if (searched_ - line_begin_ > largest_line)
                throw std::length_error("a line is too long");
            return false;
        }
        event.data = std::string_view(body_).substr(line_begin_, end - line_begin_);
        line_begin_ = end == body_.npos ? body_.size() : end + 1;
    }
    return true;
}

bool AnswerReader::next(SseEvent& event) {
    return form_ == Form::lines ? next_line(event) : parser_.next(event);
}

bool AnswerReader::decode(std::vector<StreamChunk>& chunks, std::size_t events) {
    SseEvent event;
    for (; events > 0; --events) {
        if (!is_stream() || complete() || !next(event)) return false;
        decoder_->decode_event(event, chunks);
    }
    return true;
}

void AnswerReader::end(std::vector<StreamChunk>& chunks) {
    ended_ = true;
    if (is_stream() && !complete()) {
        if (form_ == Form::event_stream) parser_.finish();
        decode(chunks, SIZE_MAX);
    } else if (form_ == Form::document) {
        decoder_->decode_body(body_, chunks);
    }
    decoder_->finish(chunks);
}

bool AnswerReader::truncated() const {
    return is_stream() && ended_ && !decoder_->finished() && !decoder_->error();
}

}  // namespace capstan::exchange
