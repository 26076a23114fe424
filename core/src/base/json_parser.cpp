#include <capstan/json_parser.hpp>

#include "base/json_arena.hpp"
#include "base/json_handler.hpp"
#include "base/json_surrogates.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/system/system_error.hpp>

#include <string>

namespace capstan {
namespace {

json::parse_options wire_options() {
    json::parse_options options;
    options.max_depth = 256;
    options.allow_invalid_utf8 = true;
    return options;
}

/// The parser proper; its own stacks are kept between documents.
class DocumentParser {
public:
    /// After success handler().stack.release() gives the value, whose memory is from `memory`.
    boost::system::error_code parse(std::string_view text, json::storage_ptr memory) {
        if (detail::rewrite_lone_surrogates(text, rewritten_)) text = rewritten_;
        parser_.reset();
        stack().reset(std::move(memory));
        boost::system::error_code error;
        const std::size_t used = parser_.write_some(false, text.data(), text.size(), error);
        if (!error && used < text.size()) error = json::error::extra_data;
        return error;
    }

    json::value_stack& stack() noexcept { return parser_.handler().stack; }

private:
    json::basic_parser<detail::JsonHandler> parser_{wire_options()};
    std::string rewritten_;
};

}  // namespace

json::value parse_json(std::string_view text) {
    DocumentParser parser;
    const boost::system::error_code error = parser.parse(text, {});
    if (error) throw boost::system::system_error(error, "JSON");
    return parser.stack().release();
}

std::optional<json::value> try_parse_json(std::string_view text) {
    DocumentParser parser;
    if (parser.parse(text, {})) return std::nullopt;
    return parser.stack().release();
}

class JsonParser::Impl {
public:
    boost::system::error_code parse(std::string_view text) {
        root_.reset();
        parser_.stack().reset(&arena_);
        arena_.rewind();
        const boost::system::error_code error = parser_.parse(text, &arena_);
        if (!error) root_.emplace(parser_.stack().release());
        return error;
    }

    const json::value& root() const noexcept { return *root_; }

private:
    detail::JsonArena arena_;
    DocumentParser parser_;
    std::optional<json::value> root_;
};

JsonParser::JsonParser() = default;
JsonParser::JsonParser(JsonParser&&) noexcept = default;
JsonParser& JsonParser::operator=(JsonParser&&) noexcept = default;
JsonParser::~JsonParser() = default;

const json::value* JsonParser::parse(std::string_view text) {
    if (!impl_) impl_ = std::make_unique<Impl>();
    error_ = impl_->parse(text);
    return error_ ? nullptr : &impl_->root();
}

}  // namespace capstan
