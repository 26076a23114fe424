#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace capstan::anthropic {

/// The parts of "data:TYPE;base64,DATA" (RFC 2397). `data` points into the URL.
struct DataUrl {
    DataUrl() = default;

    std::string media_type;  ///< in lower case, without parameters; "image/jpg" is "image/jpeg"
    bool base64 = false;
    std::string_view data;
};
static_assert(!std::is_aggregate_v<DataUrl>);

/// Nothing if `url` is no data URL.
std::optional<DataUrl> read_data_url(std::string_view url);

/// The bytes that it stands for.
std::string decoded(const DataUrl& url);

}  // namespace capstan::anthropic
