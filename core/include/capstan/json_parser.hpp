#pragma once

#include <capstan/json.hpp>

#include <boost/system/error_code.hpp>

#include <memory>
#include <string_view>

namespace capstan {

/// Parses one JSON document after the other without allocating in the steady state: the memory of a
/// document is taken over by the next one. Reads exactly what parse_json() reads.
///
/// Not safe for use from two threads at once. A parser that was moved from may only be destroyed or
/// assigned to. An unused parser holds a pointer; a used one a few KiB.
class JsonParser {
public:
    JsonParser();
    JsonParser(JsonParser&&) noexcept;
    JsonParser& operator=(JsonParser&&) noexcept;
    ~JsonParser();

    /// The document, valid until the next call of parse() or the parser's end. What must live
    /// longer has to be copied with memory of its own, `json::value(*result, json::storage_ptr())`:
    /// a plain copy would use the parser's memory too. Returns nullptr if the text is not one JSON
    /// document; error() then says why. Throws std::bad_alloc only.
    const json::value* parse(std::string_view text);

    /// Why the last parse() returned nullptr.
    boost::system::error_code error() const noexcept { return error_; }

private:
    class Impl;

    std::unique_ptr<Impl> impl_;
    boost::system::error_code error_;
};

}  // namespace capstan
