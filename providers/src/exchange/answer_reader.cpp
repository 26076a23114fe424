#include "exchange/answer_reader.hpp"

#include <cstdint>
#include <utility>

namespace capstan::exchange {

AnswerReader::AnswerReader(std::unique_ptr<AnswerDecoder> decoder) : decoder_(std::move(decoder)) {}

void AnswerReader::recognise(std::string_view bytes) {
    const auto start = bytes.find_first_not_of(" \t\r\n");
    if (start == bytes.npos) return;
    const char first = bytes[start];
    form_ = first == '{' || first == '[' || first == '<' ? Form::document : Form::event_stream;
    // White space before the first field of an event stream is a run of blank lines, if anything.
    if (form_ == Form::event_stream) body_.clear();
}

void AnswerReader::feed(std::string_view bytes) {
    if (form_ == Form::unknown) recognise(bytes);
    if (form_ == Form::event_stream)
        parser_.feed(bytes);
    else
        body_ += bytes;
}

bool AnswerReader::decode(std::vector<StreamChunk>& chunks, std::size_t events) {
    SseEvent event;
    for (; events > 0; --events) {
        if (form_ != Form::event_stream || complete() || !parser_.next(event)) return false;
        decoder_->decode_event(event, chunks);
    }
    return true;
}

void AnswerReader::end(std::vector<StreamChunk>& chunks) {
    ended_ = true;
    if (form_ == Form::event_stream && !complete()) {
        parser_.finish();
        decode(chunks, SIZE_MAX);
    } else if (form_ == Form::document) {
        decoder_->decode_body(body_, chunks);
    }
    decoder_->finish(chunks);
}

bool AnswerReader::truncated() const {
    return form_ == Form::event_stream && ended_ && !decoder_->finished() && !decoder_->error();
}

}  // namespace capstan::exchange
