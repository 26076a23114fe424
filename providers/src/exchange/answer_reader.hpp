#pragma once

#include <capstan/providers/dialect.hpp>
#include <capstan/sse_parser.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::exchange {

/// The bytes of one answer, streamed or whole, into chunks. Pure. Which of the two it is, the first
/// byte tells (white space aside), whatever the content type says: no event stream begins with '{'.
/// With StreamFraming::lines all but a page is a stream.
///
///     reader.feed(bytes);      // alive until decode() returned false
///     while (reader.decode(chunks, 32)) deliver(chunks);
///     ...
///     reader.end(chunks);      // at the end of the body
class AnswerReader {
public:
    explicit AnswerReader(std::unique_ptr<AnswerDecoder> decoder,
                          StreamFraming framing = StreamFraming::event_stream);

    void feed(std::string_view bytes);

    /// Appends the chunks of the next events that are whole, at most `events` of them, up to the
    /// one that makes the answer complete(). True if there may be more. Throws std::length_error
    /// for an oversized event.
    bool decode(std::vector<StreamChunk>& chunks, std::size_t events);

    /// Appends what the end of the body completes.
    void end(std::vector<StreamChunk>& chunks);

    /// True if nothing after this can matter.
    bool complete() const noexcept { return decoder_->complete(); }

    /// True if the body ended without saying so: a cut connection.
    bool truncated() const;

    const AnswerDecoder& decoder() const noexcept { return *decoder_; }

private:
    enum class Form { unknown, event_stream, lines, document };

    void recognise(std::string_view bytes);
    bool next(SseEvent& event);
    bool next_line(SseEvent& event);
    bool is_stream() const noexcept { return form_ == Form::event_stream || form_ == Form::lines; }


    StreamFraming framing_;
    Form form_ = Form::unknown;
    SseParser parser_;
    std::unique_ptr<AnswerDecoder> decoder_;
    std::string body_;  // of a document or of lines, or white space while the form is unknown
    std::size_t line_begin_ = 0;
    std::size_t searched_ = 0;  // no line ends before this place
    bool ended_ = false;
};

}  // namespace capstan::exchange
