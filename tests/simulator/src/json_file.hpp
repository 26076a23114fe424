#pragma once

#include <boost/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace capstan::testing {

/// The bytes of a file. Throws std::runtime_error that names it.
std::string read_file(const std::filesystem::path& file);
/// Throws std::runtime_error with file, line and reason.
boost::json::value read_json_file(const std::filesystem::path& file);

/// The string member of that name, or an empty text.
std::string text_at(const boost::json::object& object, std::string_view name);
/// The number member of that name as an integer, or `otherwise`.
std::int64_t integer_at(const boost::json::object& object, std::string_view name,
                        std::int64_t otherwise);
bool flag_at(const boost::json::object& object, std::string_view name, bool otherwise);
/// The member, or null.
const boost::json::value* member_at(const boost::json::object& object, std::string_view name);

}  // namespace capstan::testing
