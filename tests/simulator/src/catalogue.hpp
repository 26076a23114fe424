#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <string_view>

namespace capstan::testing {

/// The models that the default model's GET /models lists (wire reference 10.1).
const boost::json::array& catalogue();
/// The entry of that slug, a variant suffix (":free") taken off when the whole is unknown.
const boost::json::object* find_model(std::string_view slug);
/// What GET /models/{author}/{slug}/endpoints holds under "data".
boost::json::object endpoints_of(const boost::json::object& model);

/// Prices in nano-USD per token.
struct TokenPrices {
    TokenPrices() = default;

    std::int64_t prompt = 1'000;
    std::int64_t completion = 4'000;
};
TokenPrices prices_of(std::string_view slug);

}  // namespace capstan::testing
