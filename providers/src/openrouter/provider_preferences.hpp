#pragma once

#include <capstan/json.hpp>

#include <string_view>

namespace capstan {

/// What a provider-sorting text means (handler-behaviour F2): one of price, throughput, latency and
/// exacto is `sort`; one provider slug is "only this one"; a comma list of slugs is `order` with
/// fallbacks, where a last "openrouter" stands for the fallbacks themselves. Case does not matter.
/// Throws ApiError of kind configuration for anything else.
json::object parse_provider_sorting(std::string_view text);

/// The object that an X-Provider header carries; empty text gives an empty object. Throws ApiError
/// of kind configuration when it is not a JSON object.
json::object parse_x_provider(std::string_view text);

/// The `provider` member of a request: members of `raw` win over those of `x_provider`, and those
/// over what the sorting text means. Empty: not sent.
json::object provider_preferences(std::string_view sorting, std::string_view x_provider,
                                  const json::object& raw);

}  // namespace capstan
