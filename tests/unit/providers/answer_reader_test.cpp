// Bytes of an answer, cut into events by the framing of its provider.
#include "exchange/answer_reader.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace capstan;
using exchange::AnswerReader;

namespace {

/// Writes down what it is given.
class Notes final : public AnswerDecoder {
public:
    explicit Notes(std::string& text) : text_(text) {}

    void decode_event(const SseEvent& event, std::vector<StreamChunk>&) override {
        text_ += std::string(event.type) + '(' + std::string(event.data) + ')';
        finished_ |= event.data == "end";
    }
    void decode_body(std::string_view body, std::vector<StreamChunk>&) override {
        text_ += "body(" + std::string(body) + ')';
    }
    bool complete() const noexcept override { return finished_; }
    bool finished() const noexcept override { return finished_; }
    bool empty() const noexcept override { return text_.empty(); }
    std::optional<Usage> usage() const override { return std::nullopt; }
    FinishChunk finish_chunk() const override { return FinishChunk(); }
    std::optional<InBandError> error() const override { return std::nullopt; }
    std::optional<std::string> malformed() const override { return std::nullopt; }

private:
    std::string& text_;
    bool finished_ = false;
};

/// What the decoder got, with the bytes in pieces of that size; "|cut" if the end was missing.
std::string read_in_pieces(const std::string& bytes, std::size_t size, StreamFraming framing) {
    std::string text;
    AnswerReader reader(std::make_unique<Notes>(text), framing);
    std::vector<StreamChunk> chunks;
    for (std::size_t at = 0; at < bytes.size() && !reader.complete(); at += size) {
        const auto piece = bytes.substr(at, size);
        reader.feed(piece);
        while (reader.decode(chunks, 2)) {
        }
    }
    reader.end(chunks);
    return text + (reader.truncated() ? "|cut" : "");
}

}  // namespace

TEST_CASE("an answer of lines gives a message for each, whatever pieces it comes in") {
    const std::pair<std::string, std::string> rows[] = {
        {"a\nbc\nend\n", "message(a)message(bc)message(end)"},
        {"a\r\n\n \r\nend", "message(a\r)message(end)"},
        {"a\nb", "message(a)message(b)|cut"},
        {"\n\na\nend\nafter\n", "message(a)message(end)"},
        {"{\"a\":1}\nend\n", "message({\"a\":1})message(end)"},
        {"<html>\nx\n", "body(<html>\nx\n)"},
        {"", ""}};
    for (const auto& [bytes, expected] : rows)
        for (std::size_t size = 1; size <= bytes.size() + 1; ++size) {
            INFO(bytes << " in pieces of " << size);
            CHECK(read_in_pieces(bytes, size, StreamFraming::lines) == expected);
        }
}

TEST_CASE("an event stream is told from a document by its first byte") {
    const std::pair<std::string, std::string> rows[] = {
        {"data: a\n\ndata: end\n\n", "message(a)message(end)"},
        {"event: x\ndata: a\n\n", "x(a)|cut"},
        {" \r\n{\"a\":1}", "body( \r\n{\"a\":1})"},
        {"<html>", "body(<html>)"}};
    for (const auto& [bytes, expected] : rows)
        for (std::size_t size = 1; size <= bytes.size(); ++size) {
            INFO(bytes << " in pieces of " << size);
            CHECK(read_in_pieces(bytes, size, StreamFraming::event_stream) == expected);
        }
}
