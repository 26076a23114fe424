#include "json_file.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace capstan::testing {

namespace json = boost::json;

std::string read_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw std::runtime_error(file.string() + ": cannot be read");
    std::ostringstream bytes;
    bytes << in.rdbuf();
    return std::move(bytes).str();
}

json::value read_json_file(const std::filesystem::path& file) {
    const auto text = read_file(file);
    json::stream_parser parser;
    json::error_code error;
    const auto consumed = parser.write_some(text.data(), text.size(), error);
    if (!error) parser.finish(error);
    const auto rest = std::string_view(text).substr(consumed);
    if (!error && rest.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return parser.release();
    const auto read = std::string_view(text).substr(0, consumed);
    const auto line = 1 + std::count(read.begin(), read.end(), '\n');
    throw std::runtime_error(file.string() + ":" + std::to_string(line) + ": " +
                             (error ? error.message() : "more after the end of the JSON"));
}

const json::value* member_at(const json::object& object, std::string_view name) {
    return object.if_contains(json::string_view(name.data(), name.size()));
}

std::string text_at(const json::object& object, std::string_view name) {
    const auto* value = member_at(object, name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t integer_at(const json::object& object, std::string_view name, std::int64_t otherwise) {
    const auto* value = member_at(object, name);
    if (!value || !value->is_number()) return otherwise;
    if (value->is_double()) return static_cast<std::int64_t>(value->get_double());
    return value->is_int64() ? value->get_int64() : static_cast<std::int64_t>(value->get_uint64());
}

bool flag_at(const json::object& object, std::string_view name, bool otherwise) {
    const auto* value = member_at(object, name);
    return value && value->is_bool() ? value->get_bool() : otherwise;
}

}  // namespace capstan::testing
