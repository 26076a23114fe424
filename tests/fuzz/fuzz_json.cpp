// What parses must come back unchanged from its own text; JsonParser and parse_json() must agree,
// and must accept whatever Boost.JSON accepts.
#include <capstan/json_parser.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

bool all_utf8(const capstan::json::value& value) {
    if (const auto* text = value.if_string()) return capstan::is_valid_utf8(*text);
    if (const auto* array = value.if_array())
        return std::all_of(array->begin(), array->end(), all_utf8);
    const auto* const object = value.if_object();
    return object == nullptr || std::all_of(object->begin(), object->end(), [](const auto& member) {
               return capstan::is_valid_utf8(member.key()) && all_utf8(member.value());
           });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    static capstan::JsonParser parser;
    const capstan::json::value* const reused = parser.parse(text);
    const auto value = capstan::try_parse_json(text);
    require(value.has_value() == (reused != nullptr));
    boost::system::error_code refused;
    capstan::json::parse(text, refused);
    require(value || refused);
    if (!value) return 0;

    const std::string written = capstan::to_json_text(*value);
    require(written == capstan::to_json_text(*reused));
    require(capstan::is_valid_utf8(written));
    const capstan::json::value again = capstan::parse_json(written);
    // Keys that had to be repaired may have become equal; apart from that nothing changes.
    if (all_utf8(*value)) require(again == *value && capstan::to_json_text(again) == written);
    const std::string repaired = capstan::to_json_text(again);
    require(capstan::to_json_text(capstan::parse_json(repaired)) == repaired);
    return 0;
}
